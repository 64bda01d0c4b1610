package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a read asks for beyond a replica that is fresh enough. Immutable.
 *
 * @param session what its session must see; null for nothing
 * @param maxStaleness how old its data may be; null for what {@code reads.max-lag} allows
 * @param onPrimary whether only the primary will do
 * @param mayWait whether it may wait on a replica for what its session must see
 */
public record ReadConstraints(
        Consistency.@Nullable Demand session, @Nullable Duration maxStaleness, boolean onPrimary, boolean mayWait) {

    /** Nothing. */
    public static final ReadConstraints NONE = new ReadConstraints(null, null, false, true);

    /** Only the primary. */
    static final ReadConstraints PRIMARY = new ReadConstraints(null, null, true, false);

    /** Whether any replica that is fresh enough will do. */
    public boolean isNone() {
        return session == null && maxStaleness == null && !onPrimary;
    }

    /** Whether it may wait for a primary; who has only read is content with any node that serves reads. */
    public boolean mayHold() {
        return onPrimary || maxStaleness != null || (session != null && session.hasOwnCommits());
    }

    /** Whether a node that serves reads is known to do. */
    public boolean isMetBy(NodeStatus node) {
        return (!onPrimary || node.role() == Role.PRIMARY)
                && (session == null || session.isMetBy(node))
                && (maxStaleness == null || node.freshness().isWithin(maxStaleness.toNanos(), System.nanoTime()));
    }

    /** The same whatever the session has written and seen. */
    public ReadConstraints withoutSession() {
        return new ReadConstraints(null, maxStaleness, onPrimary, mayWait);
    }

    /** The same after a wait in vain. */
    public ReadConstraints withoutWaiting() {
        return new ReadConstraints(session, maxStaleness, onPrimary, false);
    }
}
