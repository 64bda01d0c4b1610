package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.routing.IntentResolver;
import io.github.replicationrouting.internal.routing.LogicalConnections;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens logical connections and acquires leases for them ({@link LeaseAcquisition}). Thread-safe. */
public final class LeaseManager implements LogicalConnections {

    private static final Logger log = LoggerFactory.getLogger(LeaseManager.class);

    private static final String INSTEAD_OF_SQL = "Use Connection.setCatalog instead of USE, setTransactionIsolation,"
            + " setReadOnly and setAutoCommit instead of SET, and set other variables in the URL or with"
            + " hikari.connection-init-sql; use locks, user variables and temporary tables within one transaction.";

    private final String router;
    private final Topology topology;
    private final ConnectionDefaults defaults;
    private final PrimaryWait primaryWait;
    private final RouterMetrics metrics;
    private final IntentResolver intents;
    private final PositionWait positionWait;
    private final LeaseFactory factory;
    private final LeaseReuse reuse;
    private final MetadataLeases metadataLeases;
    private final AtomicBoolean sessionWarned = new AtomicBoolean();

    /** @param router name of the router, for its log */
    public LeaseManager(
            String router,
            ConcurrentMap<Node, NodePool> pools,
            Topology topology,
            ConnectionDefaults defaults,
            PrimaryWait primaryWait,
            RouterMetrics metrics,
            FallbackLimiter fallbackLimiter,
            Consistency consistency) {
        this.router = router;
        this.topology = topology;
        this.defaults = defaults;
        this.primaryWait = primaryWait;
        this.metrics = metrics;
        this.intents = new IntentResolver(router, consistency, topology);
        this.positionWait = new PositionWait(consistency, topology);
        this.factory = new LeaseFactory(pools, topology, fallbackLimiter, consistency);
        this.reuse = new LeaseReuse(topology, intents, positionWait);
        this.metadataLeases = new MetadataLeases(factory, topology, primaryWait, metrics);
    }

    @Override
    public RoutedConnection open(Route route) {
        return new LogicalConnection(route, this, defaults);
    }

    /** Borrows a connection of the node that {@code route} decides on; a write waits for a primary, bounded. */
    Lease acquire(Route route, Access access, Lease.Scope scope) throws SQLException {
        PrimaryWait.Allowance allowance = primaryWait.new Allowance();
        try {
            return acquire(route, access, scope, allowance);
        } finally {
            allowance.over();
        }
    }

    /** Borrows a connection for work that can do without: fails immediately where there is no primary. */
    Lease acquireWithoutWaiting(Route route, Access access, Lease.Scope scope) throws SQLException {
        return acquire(route, access, scope, null);
    }

    private Lease acquire(Route route, Access access, Lease.Scope scope, PrimaryWait.@Nullable Allowance allowance)
            throws SQLException {
        return new LeaseAcquisition(
                        factory,
                        topology,
                        positionWait,
                        metrics,
                        route,
                        access,
                        System.nanoTime(),
                        intents.of(access),
                        scope,
                        allowance)
                .acquire();
    }

    /**
     * Borrows a connection for a call that any node can answer.
     *
     * @param limit how long to wait where no node has an idle one; null for as long as the pool allows
     */
    Lease acquireForMetadata(Route route, Access access, @Nullable Duration limit) throws SQLException {
        return metadataLeases.acquire(route, access, limit);
    }

    /** Returns the URL of the node that was decided on, else of the one that would be, without what may be secret. */
    String url(@Nullable Decision decision, Route route, Access access) throws SQLException {
        return decision != null ? decision.node().spec().plainUrl() : metadataLeases.url(route, access);
    }

    LeaseReuse reuse() {
        return reuse;
    }

    /** Warns that SQL text changed a session, so that reads stay in it that replicas could serve. */
    void sessionPinsReads(Node node) {
        if (sessionWarned.compareAndSet(false, true)) {
            log.warn(
                    "[{}] node {}: SQL text changed the session of a connection, so that its reads stay on this node until"
                            + " it is closed. {} This is logged once.",
                    router,
                    node,
                    INSTEAD_OF_SQL);
        }
    }

    /** Warns that SQL text changed a session, and that what comes next cannot run in it. */
    void sessionStateLeft(Node node) {
        if (sessionWarned.compareAndSet(false, true)) {
            log.warn(
                    "[{}] node {}: SQL text changed the session of a connection, and what follows on that connection must"
                            + " go to another node, where the change is not in force. {} This is logged once.",
                    router,
                    node,
                    INSTEAD_OF_SQL);
        }
    }

    /** Counts the failure of a statement. */
    void failed(Node node, ErrorKind kind) {
        if (kind == ErrorKind.ROLLED_BACK) {
            node.recordConflict();
        }
        metrics.failed(node, kind.label());
    }

    /** Returns the nodes that lack what a statement names; empty where another node would be of no use. */
    Set<Node> nodesWithSchemaError(Node node, SQLException cause) {
        return topology.nodesWithSchemaError(node, cause);
    }

    /** Reports a lost connection to the monitor. */
    void suspect(Node node, SQLException cause) {
        topology.suspect(node, cause);
    }
}
