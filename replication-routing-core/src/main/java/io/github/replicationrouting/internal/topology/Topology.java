package io.github.replicationrouting.internal.topology;

import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The topology as routing and connections see it: they read the newest snapshot, and report the errors that they meet.
 * Thread-safe; only {@link #awaitChange} blocks or throws.
 */
public interface Topology {

    /** Returns the newest snapshot: one volatile read. */
    TopologySnapshot snapshot();

    /**
     * Reports that the application could not reach a node, or lost a connection to it. A hint that makes the monitor
     * probe the node soon; it proves nothing by itself.
     */
    void suspect(Node node, Exception cause);

    /**
     * Reports that a statement failed on a node because a table, column, routine or privilege that it names is missing.
     * Which nodes answer with the same error shows whether the node differs from the others or the statement is wrong.
     *
     * @return the nodes that have answered with this error, which a retry of a read should avoid; empty where a retry
     *     is of no use, because the primary has answered with it, too
     */
    default Set<Node> nodesWithSchemaError(Node node, SQLException error) {
        return Set.of();
    }

    /**
     * Waits for a snapshot other than {@code seen}, and returns the newest: immediately when there is one already, the
     * same one when the time is up or the monitor is closed. Unless overridden, waits for the whole time.
     *
     * @param nanos how long to wait at most
     * @throws InterruptedException when the thread is interrupted
     */
    default TopologySnapshot awaitChange(TopologySnapshot seen, long nanos) throws InterruptedException {
        if (snapshot() == seen) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
        return snapshot();
    }
}
