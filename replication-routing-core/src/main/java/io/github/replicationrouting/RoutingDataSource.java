package io.github.replicationrouting;

import io.github.replicationrouting.internal.routing.Access;
import io.github.replicationrouting.internal.routing.CurrentAccess;
import io.github.replicationrouting.internal.routing.Explanation;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.LogicalConnections;
import io.github.replicationrouting.internal.routing.RouteDataSource;
import io.github.replicationrouting.internal.routing.Router;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * Puts every transaction on the right node: read-only ones on a replica, all others on the primary. Its connections
 * choose at their first statement, and again in each transaction. Thread-safe.
 *
 * <p>As an {@code AbstractRoutingDataSource} it resolves the node from the newest snapshot instead of a fixed map. To
 * those who look for the targets it shows one, itself, so that a health check covers what an application can do rather
 * than every node.
 */
public final class RoutingDataSource extends AbstractRoutingDataSource {

    private final String name;
    private final Router router;
    private final LogicalConnections connections;
    private final DataSource routed;
    private final DataSource writer;
    private final Topology topology;

    /**
     * @param name name of the router
     * @param router decides for each transaction
     * @param connections makes the connections
     * @param topology knows the nodes, which may come and go
     */
    public RoutingDataSource(String name, Router router, LogicalConnections connections, Topology topology) {
        this.name = name;
        this.router = router;
        this.connections = connections;
        this.routed = new RouteDataSource(router, connections, "router " + name);
        this.writer = new RouteDataSource(this::decideForWriter, connections, "primary of router " + name);
        this.topology = topology;
    }

    private Decision decideForWriter(Intent intent) throws SQLException {
        return new Decision(router.decide(intent.as(Access.WRITE)).node(), DecisionReason.PINNED_WRITER, true);
    }

    /** Name of this router. */
    public String name() {
        return name;
    }

    /** Always the primary, whatever the transaction says: for migrations. */
    public DataSource writer() {
        return writer;
    }

    /**
     * One node, whatever its role and state: for administration.
     *
     * @throws IllegalArgumentException when there is no node of this name
     */
    public DataSource node(String nodeName) {
        if (topology.snapshot().node(nodeName) == null) {
            throw new IllegalArgumentException("Router " + name + " has no node " + nodeName + "; it has " + names());
        }
        return new RouteDataSource(intent -> requested(nodeName), connections, "node " + nodeName);
    }

    private Decision requested(String nodeName) throws SQLException {
        NodeStatus node = topology.snapshot().node(nodeName);
        if (node == null) {
            throw new SQLNonTransientConnectionException(
                    "Node " + nodeName + " has left router " + name + ", which has " + names() + " now", "08001");
        }
        return new Decision(node.node(), DecisionReason.NODE_REQUESTED, true);
    }

    private List<String> names() {
        return topology.snapshot().nodes().stream().map(NodeStatus::name).toList();
    }

    /** What would be decided for this intent now, and what is held against each node. Asks no server. */
    public Explanation explain(Intent intent) {
        return router.explain(intent);
    }

    @Override
    public Connection getConnection() {
        return connections.open(router);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return routed.getConnection(username, password);
    }

    /** The node that the current transaction would be given now. */
    @Override
    protected DataSource determineTargetDataSource() {
        return node(String.valueOf(determineCurrentLookupKey()));
    }

    @Override
    protected @Nullable Object determineCurrentLookupKey() {
        try {
            return router.decide(Intent.of(CurrentAccess.of(false, false)))
                    .node()
                    .name();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public void afterPropertiesSet() {
        // Nodes come from the snapshot: there is no map to resolve.
    }

    @Override
    public Map<Object, DataSource> getResolvedDataSources() {
        return Map.of(name, routed);
    }

    @Override
    public DataSource getResolvedDefaultDataSource() {
        return routed;
    }

    /** Stands for itself only: which pool is behind it depends on the transaction. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("The routing data source is no " + type.getName()
                + "; the pool of a node is reached through node(name)");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    @Override
    public String toString() {
        return "RoutingDataSource(" + name + ": " + names() + ")";
    }
}
