package io.github.replicationrouting.internal.routing;

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

    /** Whether whoever asked for this is content with what the other was given. */
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
