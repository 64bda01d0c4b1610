package io.github.replicationrouting;

import io.github.replicationrouting.internal.routing.CurrentAccess;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.LogicalConnections;
import io.github.replicationrouting.internal.routing.PinnedWriter;
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
 * A data source that routes each transaction to a node: read-only transactions to a replica, all others to the primary.
 * Thread-safe.
 *
 * <p>{@link #getConnection()} neither blocks nor fails: a connection chooses its node at the first statement, and again
 * in each Spring-managed transaction ({@link RoutedConnection}). When no node can serve a statement, the statement
 * fails with {@link NoWritableNodeException} or {@link NoReadableNodeException}.
 *
 * <p>Created by {@link ReplicationRouting}. Applications use this class for administration only:
 *
 * <pre>{@code
 * DataSource primary = routing.writer();      // migrations: always the primary
 * DataSource replica = routing.node("db2");   // one node, whatever its role and state
 * }</pre>
 *
 * <p>Extends {@code AbstractRoutingDataSource}, so that frameworks recognize a routing data source, but resolves nodes
 * from the latest topology snapshot instead of a fixed map. As its only target it presents itself: a health check then
 * covers what the application can do, rather than each node.
 */
public final class RoutingDataSource extends AbstractRoutingDataSource {

    private final String name;
    private final Router router;
    private final LogicalConnections connections;
    private final DataSource routed;
    private final DataSource writer;
    private final Topology topology;

    RoutingDataSource(String name, Router router, LogicalConnections connections, Topology topology) {
        this.name = name;
        this.router = router;
        this.connections = connections;
        this.routed = new RouteDataSource(router, connections, "router " + name);
        this.writer = new RouteDataSource(new PinnedWriter(router), connections, "primary of router " + name);
        this.topology = topology;
    }

    /** Returns the name of this router, such as {@code dataSource}. */
    public String name() {
        return name;
    }

    /**
     * Returns a data source of the primary, whatever the current transaction or hint requests. Meant for schema
     * migrations: all later reads of this process see what it commits. Where several nodes take writes, it is one of
     * them, the same one in every instance.
     */
    public DataSource writer() {
        return writer;
    }

    /**
     * Returns a data source of one node, whatever its role and state. Meant for administration: writes are not
     * prevented on a replica.
     *
     * @param nodeName name of the node in the configuration
     * @throws IllegalArgumentException if the router has no node of this name
     */
    public DataSource node(String nodeName) {
        if (topology.snapshot().node(nodeName) == null) {
            throw new IllegalArgumentException(
                    "Router " + name + " has no node " + nodeName + "; its nodes are " + names());
        }
        return new RouteDataSource(intent -> requested(nodeName), connections, "node " + nodeName);
    }

    private Decision requested(String nodeName) throws SQLException {
        NodeStatus node = topology.snapshot().node(nodeName);
        if (node == null) {
            throw new SQLNonTransientConnectionException(
                    "Node " + nodeName + " is no longer part of router " + name + "; its nodes are " + names(),
                    "08001");
        }
        return new Decision(node.node(), DecisionReason.NODE_REQUESTED, true);
    }

    private List<String> names() {
        return topology.snapshot().nodes().stream().map(NodeStatus::name).toList();
    }

    /**
     * Explains which node the router would choose for a statement now, and why each other node would not be chosen.
     * Sends nothing to any server.
     *
     * @param access how the statement accesses the data
     */
    public Explanation explain(Access access) {
        return router.explain(Intent.of(access));
    }

    @Override
    public Connection getConnection() {
        return connections.open(router);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return routed.getConnection(username, password);
    }

    /** Returns a data source of the node that the current transaction would be routed to. */
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

    /** Unwraps to this object only, because the pool that serves a statement depends on the transaction. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("Router " + name + " cannot be unwrapped to " + type.getName()
                + ": unwrap the data source of one node instead, RoutingDataSource.node(name)");
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
