package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Route to one node that takes writes, the same one in every instance, whatever the policy of writes: two instances
 * that migrate a schema must meet at one server's locks. While a connection is open that has used it, further ones
 * follow to the same node, as long as that node takes writes: a migration holds its lock on one connection and works on
 * another. Thread-safe, without a lock.
 */
public final class PinnedWriter implements Route {

    private final Router router;
    private final AtomicReference<@Nullable Use> use = new AtomicReference<>();

    /** The node that open connections use. */
    private record Use(Node node, int connections) {}

    public PinnedWriter(Router router) {
        this.router = router;
    }

    @Override
    public Decision decide(Intent intent) throws SQLException {
        return decision(nodeFor(use.get()));
    }

    @Override
    public Route ofConnection() {
        return new OfConnection();
    }

    private Node nodeFor(@Nullable Use current) throws SQLException {
        return current != null && router.takesWrites(current.node) ? current.node : router.pinnedWriter();
    }

    private static Decision decision(Node node) {
        return new Decision(node, DecisionReason.PINNED_WRITER, true);
    }

    /** The route of one connection, used by one thread at a time. */
    private final class OfConnection implements Route {

        private boolean counted;

        @Override
        public Decision decide(Intent intent) throws SQLException {
            while (true) {
                Use current = use.get();
                Node node = nodeFor(current);
                int others = current == null ? 0 : current.connections;
                if (use.compareAndSet(current, new Use(node, counted ? others : others + 1))) {
                    counted = true;
                    return decision(node);
                }
            }
        }

        @Override
        public void connectionClosed() {
            if (counted) {
                counted = false;
                use.updateAndGet(current -> current == null || current.connections == 1
                        ? null
                        : new Use(current.node, current.connections - 1));
            }
        }
    }
}
