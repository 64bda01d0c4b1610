package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a read requires of a node beyond eligibility. Immutable.
 *
 * @param session what the session of the read must see, null for nothing
 * @param maxStaleness maximum age of the data, null for the limit of {@code reads.max-lag}
 * @param onPrimary whether only the primary may serve the read
 * @param mayWait whether the read may wait on a replica for what its session must see
 */
public record ReadConstraints(
        @Nullable SessionConstraint session, @Nullable Duration maxStaleness, boolean onPrimary, boolean mayWait) {

    /** No constraint: any eligible replica may serve the read. */
    public static final ReadConstraints NONE = new ReadConstraints(null, null, false, true);

    /** Only the primary may serve the read. */
    static final ReadConstraints PRIMARY = new ReadConstraints(null, null, true, false);

    /** Returns whether any eligible replica may serve the read. */
    public boolean isNone() {
        return session == null && maxStaleness == null && !onPrimary;
    }

    /**
     * Returns whether the read may wait for a primary if no node satisfies it. A session that has only read does not
     * wait: without a primary any node that serves reads satisfies it.
     */
    public boolean mayWaitForPrimary() {
        return onPrimary || maxStaleness != null || (session != null && session.hasOwnCommits());
    }

    /** Returns whether a node that serves reads is known to satisfy the constraints. */
    public boolean isMetBy(NodeStatus node) {
        return (!onPrimary || node.role() == Role.PRIMARY)
                && (session == null || session.isMetBy(node))
                && (maxStaleness == null || node.freshness().isWithin(maxStaleness.toNanos(), System.nanoTime()));
    }

    /** Returns these constraints without that of the session. */
    public ReadConstraints withoutSession() {
        return new ReadConstraints(null, maxStaleness, onPrimary, mayWait);
    }

    /** Returns these constraints without the permission to wait on a replica, for use after a wait that timed out. */
    public ReadConstraints withoutWaiting() {
        return new ReadConstraints(session, maxStaleness, onPrimary, false);
    }
}
