package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the intent of what this thread is about to do: its access, its session, its hints. Thread-safe. */
public final class IntentResolver {

    private static final Logger log = LoggerFactory.getLogger(IntentResolver.class);

    private final Consistency consistency;
    private final AtomicBoolean warned = new AtomicBoolean();

    public IntentResolver(Consistency consistency) {
        this.consistency = consistency;
    }

    /** The intent of this access. */
    public Intent of(Access access) {
        if (access != Access.READ && access != Access.OUTSIDE_TRANSACTION) {
            return RetryContext.intentOf(access);
        }
        Hint hint = HintContext.current();
        if (hint == null) {
            SessionConstraint session = consistency.sessionConstraint();
            return session == null
                    ? RetryContext.intentOf(access)
                    : RetryContext.intentOf(access).with(new ReadConstraints(session, null, false, true));
        }
        if (hint.maxStaleness() != null) {
            warnIfHopeless(hint.maxStaleness());
        }
        return switch (hint.kind()) {
            case PRIMARY -> RetryContext.intentOf(access).with(ReadConstraints.PRIMARY);
            case REPLICA ->
                RetryContext.intentOf(Access.READ).with(new ReadConstraints(null, hint.maxStaleness(), false, true));
            case STALENESS ->
                RetryContext.intentOf(access)
                        .with(new ReadConstraints(consistency.sessionConstraint(), hint.maxStaleness(), false, true));
        };
    }

    private void warnIfHopeless(Duration maxStaleness) {
        Duration probeInterval = consistency.probeInterval();
        if (maxStaleness.compareTo(probeInterval.multipliedBy(2)) < 0 && warned.compareAndSet(false, true)) {
            log.warn(
                    "A read declares to be at most {} ms old, but what a replica has is known every {} ms only: under"
                            + " writes most such reads go to the primary. Declare at least twice the interval, or"
                            + " shorten replication.routing.monitor.interval.",
                    maxStaleness.toMillis(),
                    probeInterval.toMillis());
        }
    }

    /** The hint in force on this thread, for {@link #isHonoured}; null for none. */
    public static @Nullable Object hint() {
        return HintContext.current();
    }

    /** Whether a hint asks for the primary. */
    public static boolean isForPrimary(@Nullable Object hint) {
        return hint instanceof Hint given && given.kind() == Hint.Kind.PRIMARY;
    }

    /** Whether a hint asks for a replica, whatever the session has seen or written. */
    public static boolean isForAnyReplica(@Nullable Object hint) {
        return hint instanceof Hint given && given.kind() == Hint.Kind.REPLICA;
    }

    /**
     * Whether work can go on where it began, under the hint in force by now.
     *
     * @param begunUnder the hint of the time when it began
     * @param decision where it began
     * @param inTransaction whether it must go on there, for a transaction is open
     */
    public static boolean isHonoured(@Nullable Object begunUnder, Decision decision, boolean inTransaction) {
        Hint hint = HintContext.current();
        if (hint == begunUnder) {
            return true;
        }
        Hint begun = begunUnder instanceof Hint other ? other : null;
        if (hint == null) {
            return inTransaction || decision.writable() || begun == null || begun.kind() != Hint.Kind.REPLICA;
        }
        if (decision.writable()) {
            return hint.kind() != Hint.Kind.REPLICA;
        }
        return decision.reason().isServedByPrimary() || hint.isCoveredBy(begun);
    }

    /** Explains why work cannot go on. */
    public static SQLException notHonoured(Decision decision) {
        return new SQLException("A hint asks for " + HintContext.current() + ", but the transaction in progress began"
                + " without it, and runs on node " + decision.node() + " ("
                + decision.reason().label()
                + "). Give the hint to the whole transaction: put the annotation on the method that begins it, or"
                + " RoutingHints around the call; or give the hinted work a transaction of its own with"
                + " Propagation.REQUIRES_NEW.");
    }
}
