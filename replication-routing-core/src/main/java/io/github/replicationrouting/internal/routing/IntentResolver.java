package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the intent of what this thread is about to do from its access, its session, its hint and its key.
 * Thread-safe.
 */
public final class IntentResolver {

    private static final Logger log = LoggerFactory.getLogger(IntentResolver.class);

    private final String router;
    private final Consistency consistency;
    private final Topology topology;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** @param router name of the router, for its log */
    public IntentResolver(String router, Consistency consistency, Topology topology) {
        this.router = router;
        this.consistency = consistency;
        this.topology = topology;
    }

    /** Returns the intent of this access, under the hint and the key in force on this thread. */
    public Intent of(Access access) {
        return withoutKey(access).under(AffinityContext.current());
    }

    private Intent withoutKey(Access access) {
        Hint hint = HintContext.current();
        if (access == Access.WRITE && isShared(topology.snapshot())) {
            // Another node than the one of the session's last write may lack it.
            return withoutHint(access).under(hint);
        }
        if (access != Access.READ && access != Access.OUTSIDE_TRANSACTION) {
            return RetryContext.intentOf(access).under(hint);
        }
        return hint == null ? withoutHint(access) : of(access, hint);
    }

    private static boolean isShared(TopologySnapshot snapshot) {
        return snapshot.primary() == null && snapshot.isWritable();
    }

    private Intent withoutHint(Access access) {
        SessionConstraint session = consistency.sessionConstraint();
        return session == null
                ? RetryContext.intentOf(access)
                : RetryContext.intentOf(access).with(new ReadConstraints(session, null, false, true));
    }

    private Intent of(Access access, Hint hint) {
        if (hint.maxStaleness() != null) {
            warnIfTooShort(hint.maxStaleness());
        }
        return switch (hint.kind()) {
            case PRIMARY -> RetryContext.intentOf(access).with(ReadConstraints.PRIMARY, hint);
            case REPLICA ->
                RetryContext.intentOf(Access.READ)
                        .with(new ReadConstraints(null, hint.maxStaleness(), false, true), hint);
            case STALENESS ->
                RetryContext.intentOf(access)
                        .with(
                                new ReadConstraints(consistency.sessionConstraint(), hint.maxStaleness(), false, true),
                                hint);
        };
    }

    private void warnIfTooShort(Duration maxStaleness) {
        Duration probeInterval = consistency.probeInterval();
        if (maxStaleness.compareTo(probeInterval.multipliedBy(2)) < 0 && warned.compareAndSet(false, true)) {
            log.warn(
                    "[{}] reads that require data at most {} ms old mostly go to the primary under writes, because the"
                            + " positions of replicas are sampled every {} ms only: require at least twice the interval,"
                            + " or shorten replication.routing.monitor.interval. This is logged once.",
                    router,
                    maxStaleness.toMillis(),
                    probeInterval.toMillis());
        }
    }
}
