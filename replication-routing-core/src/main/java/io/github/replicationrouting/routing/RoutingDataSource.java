package io.github.replicationrouting.routing;

import io.github.replicationrouting.node.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
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
    private final Route router;
    private final LogicalConnections connections;
    private final DataSource routed;
    private final DataSource writer;
    private final Map<String, DataSource> nodes;

    /**
     * @param name name of the router
     * @param router decides for each transaction
     * @param connections makes the connections
     * @param nodes the nodes in the order of the configuration
     */
    public RoutingDataSource(String name, Route router, LogicalConnections connections, List<Node> nodes) {
        this.name = name;
        this.router = router;
        this.connections = connections;
        this.routed = new RouteDataSource(router, connections, "router " + name);
        this.writer = new RouteDataSource(
                (intent, unreachable) -> router.decide(Intent.WRITE, unreachable),
                connections,
                "primary of router " + name);
        Map<String, DataSource> byName = new LinkedHashMap<>();
        for (Node node : nodes) {
            Decision decision = new Decision(node, DecisionReason.NODE_REQUESTED, true);
            byName.put(
                    node.name(),
                    new RouteDataSource((intent, unreachable) -> decision, connections, "node " + node.name()));
        }
        this.nodes = Map.copyOf(byName);
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
        DataSource node = nodes.get(nodeName);
        if (node == null) {
            throw new IllegalArgumentException(
                    "Router " + name + " has no node " + nodeName + "; it has " + nodes.keySet());
        }
        return node;
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
            return router.decide(CurrentIntent.of(false, false), List.of())
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
        return "RoutingDataSource(" + name + ": " + nodes.keySet() + ")";
    }
}
