package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the code in progress declares of its reads.
 *
 * @param kind where they go
 * @param maxStaleness how old their data may be, null for {@link Kind#PRIMARY}
 */
public record Hint(Kind kind, @Nullable Duration maxStaleness) {

    public static final Hint PRIMARY = new Hint(Kind.PRIMARY, null);

    public enum Kind {
        /** The primary. */
        PRIMARY,
        /** A replica, whatever the session has written. */
        REPLICA,
        /** Wherever reads go, but not too old. */
        STALENESS
    }

    public Hint {
        if (maxStaleness != null && (maxStaleness.isNegative() || maxStaleness.isZero())) {
            throw new IllegalArgumentException("The staleness that a read may have must be positive, was "
                    + maxStaleness + ". Use the primary for reads that must not be stale at all");
        }
    }

    /** Whether it asks for the primary. */
    public boolean isForPrimary() {
        return kind == Kind.PRIMARY;
    }

    /** Whether it asks for a replica, whatever the session has seen or written. */
    public boolean isForAnyReplica() {
        return kind == Kind.REPLICA;
    }

    /** Whether work that was given what another hint asks for satisfies this one. */
    public boolean isCoveredBy(@Nullable Hint other) {
        return other != null
                && (equals(other)
                        || other.kind == Kind.PRIMARY
                        || (kind == Kind.STALENESS && isWithin(other) && other.kind == Kind.STALENESS)
                        || (kind == Kind.REPLICA && isWithin(other)));
    }

    private boolean isWithin(Hint other) {
        return maxStaleness != null && other.maxStaleness != null && other.maxStaleness.compareTo(maxStaleness) <= 0;
    }

    /**
     * Whether work can continue where it began, under the hint in force by now.
     *
     * @param inForce the hint in force; null for none
     * @param begunUnder the hint that was in force when the node was decided on; null for none
     * @param decision where the work began
     * @param inTransaction whether it must continue there, because a transaction is open
     */
    @SuppressWarnings("ReferenceEquality") // An equal hint that was given later is compared like any other.
    public static boolean isSatisfied(
            @Nullable Hint inForce, @Nullable Hint begunUnder, Decision decision, boolean inTransaction) {
        if (inForce == begunUnder) {
            return true;
        }
        if (inForce == null) {
            return inTransaction || decision.writable() || begunUnder == null || !begunUnder.isForAnyReplica();
        }
        if (decision.writable()) {
            return !inForce.isForAnyReplica();
        }
        return decision.reason().isServedByPrimary() || inForce.isCoveredBy(begunUnder);
    }

    /** Returns the exception of a transaction that cannot continue under the hint in force. */
    public static SQLException notSatisfied(@Nullable Hint inForce, Decision decision) {
        return new SQLException("A hint asks for " + inForce + ", but the transaction in progress began without it, and"
                + " runs on node " + decision.node() + " (" + decision.reason().label()
                + "). Give the hint to the whole transaction: put the annotation on the method that begins it, or"
                + " RoutingHints around the call; or give the hinted work a transaction of its own with"
                + " Propagation.REQUIRES_NEW.");
    }

    @Override
    public String toString() {
        return switch (kind) {
            case PRIMARY -> "the primary";
            case REPLICA -> "a replica at most " + millis() + " ms old";
            case STALENESS -> "data at most " + millis() + " ms old";
        };
    }

    private long millis() {
        return maxStaleness == null ? 0 : maxStaleness.toMillis();
    }
}
