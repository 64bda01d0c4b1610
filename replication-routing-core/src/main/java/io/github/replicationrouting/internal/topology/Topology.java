package io.github.replicationrouting.internal.topology;

import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Where routing meets the monitor: reads the newest snapshot, and tells what connections ran into. Thread-safe; nothing
 * blocks or throws but {@link #awaitChange}.
 */
public interface Topology {

    /** The newest snapshot: one volatile read. */
    TopologySnapshot snapshot();

    /**
     * The application could not reach a node, or lost a connection to it. A hint that makes the monitor look at once,
     * never a verdict.
     */
    void suspect(Node node, Exception cause);

    /**
     * A statement failed on a node for want of a table, column, routine or privilege that it names. Tells a node that
     * differs from the others from a statement that is wrong, by where the same error is met.
     *
     * @return the nodes that have answered with this error, which another run of a read should avoid; empty where another
     *     run is of no use, because the primary has answered with it, too
     */
    default Set<Node> nodesWithSchemaError(Node node, SQLException error) {
        return Set.of();
    }

    /**
     * Waits for a snapshot other than {@code seen}, and returns the newest: at once when there is one already, the same
     * one when the time is up or the monitor is closed. Unless overridden, nobody announces a new one.
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
