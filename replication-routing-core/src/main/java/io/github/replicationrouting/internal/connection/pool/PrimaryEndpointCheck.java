package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Checks where each new connection of a primary endpoint leads: a name, a virtual address or a balancer may lead to a
 * server that is not the primary, and later to another one. Thread-safe.
 */
final class PrimaryEndpointCheck {

    private final Node node;
    private final Runnable whenReplaced;
    private final AtomicReference<@Nullable String> server = new AtomicReference<>();

    private PrimaryEndpointCheck(Node node, Runnable whenReplaced) {
        this.node = node;
        this.whenReplaced = whenReplaced;
    }

    /**
     * Returns the check of the connections to a node; null where it needs none.
     *
     * @param whenReplaced runs when connections lead to another server than earlier ones
     */
    static @Nullable PrimaryEndpointCheck of(Node node, Runnable whenReplaced) {
        boolean primaryEndpoint =
                node.spec().kind() == NodeKind.ENDPOINT && node.spec().declaredRole() == DeclaredRole.PRIMARY;
        return primaryEndpoint ? new PrimaryEndpointCheck(node, whenReplaced) : null;
    }

    /**
     * Checks a new connection.
     *
     * @throws SQLTransientConnectionException when the server is read-only, or its group does not let it take writes
     */
    void verify(Connection fresh, ReplicationDialect dialect) throws SQLException {
        Observation seen = dialect.observeGroup(fresh, dialect.observe(fresh));
        GroupMembership group = seen.group();
        if (group != null && !group.writable()) {
            throw new SQLTransientConnectionException(
                    "Node " + node
                            + " is declared an endpoint of the primary, but leads to a member that takes no writes ("
                            + Objects.requireNonNullElse(group.problem(), "it is a secondary")
                            + "). Let the balancer check the state of the member",
                    "08001");
        }
        if (!seen.writable()) {
            throw new SQLTransientConnectionException(
                    "Node " + node
                            + " is declared an endpoint of the primary, but leads to a read-only server. Point it to the primary",
                    "08001");
        }
        if (group != null && group.isOneOfSeveralWriters()) {
            // The earlier server takes writes, too: connections to it are as good as this one.
            server.set(null);
            return;
        }
        String before = server.getAndSet(seen.serverId());
        if (before != null && !before.equals(seen.serverId())) {
            whenReplaced.run();
        }
    }
}
