package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.routing.Access;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.IntentResolver;
import io.github.replicationrouting.internal.routing.LogicalConnections;
import io.github.replicationrouting.internal.routing.ReadConstraints;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes logical connections and lends them pooled ones. A node that refuses a connection is told to the monitor; a
 * read then goes to another node, and a write waits for a primary, as does a read that only a primary could serve: which
 * is safe because nothing was sent yet. Thread-safe.
 */
public final class LeaseManager implements LogicalConnections {

    private static final Logger log = LoggerFactory.getLogger(LeaseManager.class);

    private static final String INSTEAD_OF_SQL = "Use Connection.setCatalog instead of USE, setTransactionIsolation,"
            + " setReadOnly and setAutoCommit instead of SET, and set other variables in the URL or with"
            + " hikari.connection-init-sql; use locks, user variables and temporary tables within one transaction.";

    /** ER_SERVER_SHUTDOWN, and ER_SERVER_OFFLINE_MODE. */
    private static final Set<Integer> GOING_DOWN = Set.of(1053, 3032);

    /** Nodes come and go. */
    private final ConcurrentMap<Node, NodePool> pools;

    private final Topology topology;
    private final ConnectionDefaults defaults;
    private final PrimaryWait hold;
    private final RouterMetrics metrics;
    private final FallbackLimiter fallbackReads;
    private final IntentResolver intents;
    private final Consistency consistency;
    private final PositionWait sessionWait;
    private final AtomicBoolean sessionWarned = new AtomicBoolean();

    public LeaseManager(
            ConcurrentMap<Node, NodePool> pools,
            Topology topology,
            ConnectionDefaults defaults,
            PrimaryWait hold,
            RouterMetrics metrics,
            FallbackLimiter fallbackReads,
            Consistency consistency) {
        this.pools = pools;
        this.topology = topology;
        this.defaults = defaults;
        this.hold = hold;
        this.metrics = metrics;
        this.fallbackReads = fallbackReads;
        this.intents = new IntentResolver(consistency);
        this.consistency = consistency;
        this.sessionWait = new PositionWait(consistency, topology);
    }

    @Override
    public RoutedConnection open(Route route) {
        return new LogicalConnection(route, this, defaults);
    }

    /** Borrows a connection of the node that {@code route} decides on; a write waits for a primary, bounded. */
    Lease acquire(Route route, Access access, Lease.Duration duration) throws SQLException {
        PrimaryWait.Allowance allowance = hold.new Allowance();
        try {
            return acquire(route, access, duration, allowance);
        } finally {
            allowance.over();
        }
    }

    /** The same for work that can do without: fails at once where there is no primary. */
    Lease acquireAtOnce(Route route, Access access, Lease.Duration duration) throws SQLException {
        return acquire(route, access, duration, null);
    }

    /**
     * Whether a read that begins now may go on where others went before: the node is still in use, has what the session
     * must see by now, and none that was preferred to it can serve again.
     */
    boolean isStillRight(Route route, Lease lease) {
        if (lease.access() == Access.METADATA) {
            return true;
        }
        if (lease.hasLeftRotation()) {
            return false;
        }
        Intent intent = intents.of(lease.access());
        Node node = lease.decision().node();
        if (lease.decision().reason().isProvisional()) {
            try {
                return route.decide(intent).node() == node;
            } catch (SQLException e) {
                log.trace("There is no better node than {}", node, e);
                return true;
            }
        }
        NodeStatus status = topology.snapshot().node(node.name());
        return status == null || intent.constraints().isMetBy(status) || catchesUp(lease, status, intent.constraints());
    }

    /** A connection that is kept is better waited on than left: its session may hold locks and variables. */
    private boolean catchesUp(Lease lease, NodeStatus status, ReadConstraints wish) {
        SessionConstraint session = wish.session();
        return session != null
                && wish.withoutSession().isMetBy(status)
                && (wasAwaited(lease, session, status)
                        || (lease.isIdle() && sessionWait.isOver(lease, session.positionToAwait(status))));
    }

    /** Whether what a node is not known to have was waited for on this connection, which leads to one server. */
    private static boolean wasAwaited(Lease lease, SessionConstraint session, NodeStatus node) {
        Position lacked = session.missingPosition(node);
        return lacked != null && lease.physical().hasReached(lacked);
    }

    /**
     * Whether a replica is known to have what this session has committed by now, or was waited for on this connection; a
     * primary has it anyway, and who asked for any replica does not ask for it.
     */
    boolean hasWhatSessionWrote(Lease lease) {
        if (lease.decision().reason().isServedByPrimary()) {
            return true;
        }
        SessionConstraint session = intents.of(lease.access()).constraints().session();
        NodeStatus status = topology.snapshot().node(lease.decision().node().name());
        return session == null
                || status == null
                || session.hasOwnCommitsOn(status)
                || wasAwaited(lease, session, status);
    }

    /**
     * Borrows a connection for a question that any node can answer: of the node where the statements of {@code access}
     * go, if it has one at once, else of another one that has.
     *
     * @param limit how long to wait where none has; null for as long as the pool allows, and where no node is known to
     *     answer for as long as a write waits for a primary
     */
    Lease acquireForQuestion(Route route, Access access, @Nullable Duration limit) throws SQLException {
        PrimaryWait.Allowance allowance = hold.new Allowance();
        try {
            while (true) {
                TopologySnapshot seen = topology.snapshot();
                try {
                    return acquireForQuestion(route, candidates(route, access), seen, access, limit);
                } catch (NoWritableNodeException e) {
                    if (limit != null) {
                        throw e;
                    }
                    allowance.await(seen, e);
                }
            }
        } finally {
            allowance.over();
        }
    }

    private Lease acquireForQuestion(
            Route route, List<Decision> candidates, TopologySnapshot seen, Access access, @Nullable Duration limit)
            throws SQLException {
        SQLException refusal = null;
        for (Readiness readiness : Readiness.values()) {
            for (Decision candidate : candidates) {
                NodePool pool = pools.get(candidate.node());
                if (pool == null || !readiness.isMetBy(pool)) {
                    continue;
                }
                try {
                    Lease lease = borrow(
                            access,
                            Lease.Duration.STATEMENT,
                            since(pool, limit),
                            new DecisionValidity(topology, seen, candidate),
                            route,
                            Intent.of(access));
                    metrics.decided(
                            access.label(), candidate.node(), candidate.reason().label());
                    return lease;
                } catch (SQLException e) {
                    if (!(e instanceof NodeEvictedException) && !isBusy(e)) {
                        topology.suspect(candidate.node(), e);
                    }
                    refusal = e;
                }
            }
        }
        throw refusal != null ? refusal : left(candidates.get(0).node());
    }

    /** How soon a pool can lend a connection. */
    private enum Readiness {
        AT_ONCE,
        SOON,
        SOME_TIME;

        boolean isMetBy(NodePool pool) {
            return switch (this) {
                case AT_ONCE -> pool.hasIdle();
                case SOON -> !pool.isUsedUp() && !pool.hasIdle();
                case SOME_TIME -> pool.isUsedUp();
            };
        }
    }

    /** Where a question may go: the best first. */
    private static List<Decision> candidates(Route route, Access access) throws SQLException {
        Intent intent = RetryContext.intentOf(access);
        List<Decision> candidates = new ArrayList<>();
        try {
            while (true) {
                Decision next = route.decide(intent);
                if (intent.avoided().contains(next.node())) {
                    return candidates;
                }
                candidates.add(next);
                intent = intent.avoiding(next.node());
            }
        } catch (NoReadableNodeException | NoWritableNodeException e) {
            if (candidates.isEmpty()) {
                throw e;
            }
            return candidates;
        }
    }

    private static long since(NodePool pool, @Nullable Duration limit) {
        long now = System.nanoTime();
        return limit == null
                ? now
                : now
                        + limit.toNanos()
                        - TimeUnit.MILLISECONDS.toNanos(pool.pool().getConnectionTimeout());
    }

    /** The URL of a node, without what may be secret: of the one that was decided on, else of the one that would be. */
    String url(@Nullable Decision decision, Route route, Access access) throws SQLException {
        if (decision != null) {
            return decision.node().spec().plainUrl();
        }
        try {
            return candidates(route, access).get(0).node().spec().plainUrl();
        } catch (NoReadableNodeException | NoWritableNodeException e) {
            List<NodeStatus> known = topology.snapshot().nodes();
            if (known.isEmpty()) {
                throw e;
            }
            return known.get(0).node().spec().plainUrl();
        }
    }

    private Lease acquire(
            Route route, Access access, Lease.Duration duration, PrimaryWait.@Nullable Allowance allowance)
            throws SQLException {
        long since = System.nanoTime();
        Intent intent = intents.of(access);
        SQLException refusal = null;
        while (true) {
            // Older than the decision, or the same: what changes after it is never missed.
            TopologySnapshot seen = topology.snapshot();
            Decision decision;
            try {
                decision = route.decide(intent);
            } catch (NoReadableNodeException e) {
                if (refusal == null && !intent.avoided().isEmpty()) {
                    // Better a node that lost this work once, and may have killed one connection only, than none.
                    intent = intent.avoidingNothing();
                    continue;
                }
                if (refusal != null) {
                    e.addSuppressed(refusal);
                }
                awaitPrimaryFor(intent, allowance, seen, e);
                since = System.nanoTime();
                continue;
            } catch (NoWritableNodeException e) {
                if (allowance == null) {
                    throw e;
                }
                allowance.await(seen, e);
                since = System.nanoTime();
                continue;
            }
            try {
                Lease lease =
                        borrow(access, duration, since, new DecisionValidity(topology, seen, decision), route, intent);
                if (!sessionWait.isOver(lease)) {
                    intent = intent.with(intent.constraints().withoutWaiting());
                    continue;
                }
                if (decision.reason().isFallbackToPrimary()) {
                    sessionWait.settle(lease, intent.constraints().session());
                }
                metrics.decided(
                        access.label(), decision.node(), decision.reason().label());
                return lease;
            } catch (NodeEvictedException e) {
                refusal = e;
            } catch (SQLException e) {
                boolean busy = isBusy(e);
                if (!busy) {
                    topology.suspect(decision.node(), e);
                }
                if (busy || intent.avoided().contains(decision.node())) {
                    if (!decision.writable()) {
                        RetryContext.unserved();
                    }
                    throw e;
                }
                if (decision.writable()) {
                    if (allowance == null || !isPrimary(decision, seen) || !isUnreachable(e)) {
                        throw e;
                    }
                    allowance.await(seen, e);
                    since = System.nanoTime();
                } else {
                    refusal = e;
                    intent = intent.avoiding(decision.node());
                }
            }
        }
    }

    /** What only a primary could serve, such as a session's own writes, waits for one like a write. */
    private void awaitPrimaryFor(
            Intent intent,
            PrimaryWait.@Nullable Allowance allowance,
            TopologySnapshot seen,
            NoReadableNodeException refusal)
            throws SQLException {
        try {
            if (allowance == null || !intent.constraints().mayWaitForPrimary()) {
                throw refusal;
            }
            if (seen.primary() == null) {
                allowance.awaitChange(seen, refusal);
            } else if (topology.snapshot() == seen) {
                throw refusal;
            }
            // Else the primary was lost after this was seen: the next look shows it.
        } catch (SQLException e) {
            RetryContext.unserved();
            throw e;
        }
    }

    /** SQL text changed a session, so that reads stay in it that replicas could serve. */
    void sessionHoldsBack(Node node) {
        if (sessionWarned.compareAndSet(false, true)) {
            log.warn(
                    "SQL text changed the session of a connection to {}, and so its reads stay there until it is closed."
                            + " {} This is said once.",
                    node,
                    INSTEAD_OF_SQL);
        }
    }

    /** SQL text changed a session, and what comes next cannot run in it. */
    void sessionLeft(Node node) {
        if (sessionWarned.compareAndSet(false, true)) {
            log.warn(
                    "SQL text changed the session of a connection to {}, and what follows on that connection must go to"
                            + " another node, where the change is not in force. {} This is said once.",
                    node,
                    INSTEAD_OF_SQL);
        }
    }

    /** As opposed to a node that the application asked for by name. */
    private static boolean isPrimary(Decision decision, TopologySnapshot seen) {
        return decision.reason() != DecisionReason.NODE_REQUESTED && seen.primary() != null;
    }

    /** Counts what a statement met. */
    void failed(Node node, ErrorKind kind) {
        metrics.failed(node, kind.label());
    }

    /** The nodes that lack what a statement names; empty where another node would be of no use. */
    Set<Node> nodesWithSchemaError(Node node, SQLException cause) {
        return topology.nodesWithSchemaError(node, cause);
    }

    /** Tells the monitor of a connection that was lost. */
    void suspect(Node node, SQLException cause) {
        topology.suspect(node, cause);
    }

    private Lease borrow(
            Access access, Lease.Duration duration, long since, DecisionValidity rotation, Route route, Intent intent)
            throws SQLException {
        Decision decision = rotation.decision();
        NodePool pool = pools.get(decision.node());
        if (pool == null) {
            throw left(decision.node());
        }
        WaitCondition stay = FallbackValidity.of(rotation, route, intent);
        Runnable atEnd = fallbackReads.enter(decision, pool, since, stay);
        Connection connection = null;
        try {
            connection = pool.borrow(since, stay);
            return new Lease(pool, connection, access, decision, duration, atEnd, rotation, consistency);
        } catch (SQLException | RuntimeException | Error e) {
            if (connection != null) {
                pool.evict(connection);
            }
            atEnd.run();
            if (e instanceof SQLException && pools.get(decision.node()) != pool) {
                throw left(decision.node());
            }
            throw e;
        }
    }

    /** Where the newest snapshot still shows the node, it has to be avoided. */
    private SQLException left(Node node) {
        NodeEvictedException left = new NodeEvictedException(node);
        boolean seen = topology.snapshot().node(node.name()) != null;
        return seen ? new SQLTransientConnectionException(left.getMessage(), left.getSQLState(), left) : left;
    }

    /** A pool that is merely used up says so without a cause: overload is no reason to go elsewhere. */
    private static boolean isBusy(SQLException e) {
        return e.getCause() == null && e.getNextException() == null;
    }

    /** Whether the network or a server that is going down is why the pool had nothing to give. */
    private static boolean isUnreachable(SQLException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && (GOING_DOWN.contains(sql.getErrorCode())
                            || (sql.getErrorCode() <= 0
                                    && sql.getSQLState() != null
                                    && sql.getSQLState().startsWith("08")))) {
                return true;
            }
        }
        return false;
    }
}
