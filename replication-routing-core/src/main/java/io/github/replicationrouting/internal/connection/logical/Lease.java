package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.routing.Hint;
import io.github.replicationrouting.internal.routing.ReadConstraints;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pooled connection that a logical one has borrowed, for one decision. A retired lease takes no new work and is
 * released when the last statement made on it is closed.
 */
final class Lease {

    /** How long a logical connection keeps a lease. */
    enum Scope {
        /** Until the logical connection is closed, as plain JDBC expects of its session. */
        CONNECTION,
        /** Until the transaction ends. */
        TRANSACTION,
        /** Until its last statement is closed. */
        STATEMENT
    }

    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final NodePool pool;
    private final Connection connection;
    private final PhysicalConnection physical;
    private final Access access;
    private final Decision decision;
    private final @Nullable Hint hint;
    private final Scope scope;
    private final Runnable onRelease;
    private final DecisionValidity validity;
    private final SessionRecorder recorder;

    private int openStatements;
    private boolean retired;
    private boolean released;
    private boolean evictedOnRelease;

    /** As of when the node is known to have what others have committed, because this connection has waited for it. */
    private @Nullable Freshness caughtUp;

    private @Nullable Long caughtUpAsOf;

    /** Another thread may abort the connection. */
    private volatile boolean lost;

    private volatile boolean endedByCaller;

    /**
     * @param hint the hint under which the node was decided on; null for none
     * @param onRelease runs when the lease is released
     * @throws NodeEvictedException when the node is not what it was chosen for any more
     */
    Lease(
            NodePool pool,
            Connection connection,
            Access access,
            Decision decision,
            @Nullable Hint hint,
            Scope scope,
            Runnable onRelease,
            DecisionValidity validity,
            Consistency consistency)
            throws SQLException {
        this.pool = pool;
        this.connection = connection;
        this.physical = connection.unwrap(PhysicalConnection.class);
        this.access = access;
        this.decision = decision;
        this.hint = hint;
        this.scope = scope;
        this.validity = validity;
        this.onRelease = onRelease;
        boolean recordsReads = access != Access.METADATA
                && (hint == null || !hint.isForAnyReplica())
                && (!decision.writable() || showsOnlyItsOwn());
        this.recorder = new SessionRecorder(decision, physical, consistency, recordsReads);
        // In this order: the monitor publishes that a node is no longer the primary, and then closes its sockets.
        boolean closed = decision.writable()
                ? !physical.link().makeUninterruptible()
                : physical.link().isSocketClosed();
        if (closed || (decision.writable() && validity.isOver())) {
            throw new NodeEvictedException(decision.node());
        }
    }

    Connection connection() {
        return connection;
    }

    PhysicalConnection physical() {
        return physical;
    }

    Decision decision() {
        return decision;
    }

    Access access() {
        return access;
    }

    Scope scope() {
        return scope;
    }

    /** Returns the record of what the session reads and commits here. */
    SessionRecorder recorder() {
        return recorder;
    }

    // What it may be used for

    /** Refuses SQL that asks for a lock which only the primary can give. */
    void requireNoLock(String sql) throws SQLException {
        if (decision.isServedByReplica()) {
            String lock = SqlLocks.first(sql);
            if (lock != null) {
                throw ErrorExplanation.lockOnReplica(lock, access, decision);
            }
        }
    }

    /** Whether its node is not what it was chosen for any more. */
    boolean isOver() {
        return validity.isOver();
    }

    /** Whether the reads of its connection may continue elsewhere, with the statements that were made on it. */
    boolean mayBeLeftBetweenTransactions() {
        return !isWritable() && scope == Scope.CONNECTION;
    }

    /** Whether the work may write here. */
    boolean isWritable() {
        return decision.writable();
    }

    /** Whether it is of one of several nodes that take writes, which may lack what others have committed. */
    boolean isOnOneOfSeveralWriters() {
        return validity.isForOneOfSeveralWriters();
    }

    /**
     * Records that its node has everything that others had committed before a time.
     *
     * @param asOf by {@link System#nanoTime()}
     */
    void caughtUp(long asOf) {
        caughtUp = Freshness.provenAsOf(asOf);
        caughtUpAsOf = asOf;
        recorder.caughtUp(asOf);
    }

    /** Whether its node has what a session has committed, because this connection has waited for it. */
    boolean hasWaitedForCommitsOf(SessionConstraint session) {
        Long asOf = caughtUpAsOf;
        return asOf != null && session.hasNoOwnCommitsAfter(asOf);
    }

    /**
     * Whether work need not wait here again, because it waited for all that it must see: what the primary was requested
     * for must see everything that was committed before it began.
     */
    boolean isCaughtUpFor(ReadConstraints constraints, @Nullable NodeStatus node) {
        Freshness known = caughtUp;
        if (known == null || node == null) {
            return false;
        }
        return constraints.onPrimary()
                ? !recorder.hasReturned()
                : constraints.isMetBy(new NodeStatus(
                        node.node(),
                        node.role(),
                        node.state(),
                        node.suspected(),
                        node.share(),
                        node.reason(),
                        node.lag(),
                        known,
                        node.position(),
                        node.server(),
                        node.semiSynchronous(),
                        node.member()));
    }

    /** Whether reads elsewhere may lack what work that may write has seen here, and not on a primary. */
    private boolean showsOnlyItsOwn() {
        return isOnOneOfSeveralWriters() && decision.reason() != DecisionReason.PINNED_WRITER;
    }

    /** Whether it is of any reachable node, because no primary was known. */
    boolean isWithoutPrimary() {
        return decision.reason() == DecisionReason.METADATA_WITHOUT_PRIMARY;
    }

    /** Whether work of another access can continue here instead of being routed anew. */
    boolean serves(Access next, boolean inSpringTransaction) {
        if (next == access) {
            return true;
        }
        return isWritable() && (!couldUseReplica(next, inSpringTransaction) || hasSessionState());
    }

    /** Whether work would leave for a replica, but for what SQL text left in the session here. */
    boolean isPinnedBySession(Access next, boolean inSpringTransaction) {
        return next != access && couldUseReplica(next, inSpringTransaction) && hasSessionState();
    }

    private static boolean couldUseReplica(Access next, boolean inSpringTransaction) {
        return next == Access.READ && inSpringTransaction;
    }

    /** Whether SQL text left something in the session: it is kept until the logical connection is closed. */
    boolean hasSessionState() {
        return physical.isSessionChanged() && !isLost();
    }

    /** Whether the hint in force by now is satisfied here, too. */
    boolean satisfies(@Nullable Hint inForce, boolean inTransaction) {
        return Hint.isSatisfied(inForce, hint, decision, inTransaction);
    }

    /**
     * Whether its node may no longer be right for the read that begins: not where the statement of that read was made
     * on it and could not move.
     */
    boolean isKeptForNextRead() {
        return mayBeLeftBetweenTransactions() || (isIdle() && hasSessionState());
    }

    // What failed on it

    /** Returns what an error of this connection means beyond itself. Asked once: it may ask the server. */
    ErrorKind kindOf(SQLException error) {
        if (isForceClosed()) {
            return ErrorKind.CONNECTION_LOST;
        }
        ErrorKind kind = physical.classify(error);
        return kind == ErrorKind.OTHER && wasLostByThisCall() ? ErrorKind.CONNECTION_LOST : kind;
    }

    /** Connector/J reports of a batch that lost its connection only that its statement is closed. */
    private boolean wasLostByThisCall() {
        try {
            return !lost && physical.isClosed();
        } catch (SQLException e) {
            log.debug("A connection to {} does not report whether it is closed", decision.node(), e);
            return false;
        }
    }

    /** Whether the node is down, and its sockets were closed to release the threads that waited on them. */
    boolean isForceClosed() {
        return physical.link().isSocketClosed();
    }

    boolean isLost() {
        try {
            return lost || isForceClosed() || connection.isClosed() || physical.isClosed();
        } catch (SQLException e) {
            log.debug("A connection to {} does not report whether it is closed", decision.node(), e);
            return true;
        }
    }

    /** Whether nothing new may begin on it: it is lost, or its node is not what it was chosen for. */
    boolean isSpent() {
        return isLost() || (openStatements == 0 && (evictedOnRelease || validity.hasSuccessor()));
    }

    /**
     * Whether a server that received a commit may have executed it, although this is the answer. A connection that was
     * gone before (08003) has sent it nothing, and a server that answers a statement in auto-commit has refused it. One
     * whose connection the driver closes for a query timeout may still execute the statement.
     */
    boolean isCommitInDoubt(SQLException error, ErrorKind kind, boolean inAutoCommit) {
        if (inAutoCommit && isClosedByTimeout(error)) {
            return true;
        }
        return switch (kind) {
            case CONNECTION_LOST -> !"08003".equals(error.getSQLState());
            case NODE_UNFIT -> !inAutoCommit;
            case COMMIT_IN_DOUBT, COMMIT_REFUSED -> true;
            default -> false;
        };
    }

    /**
     * Whether the driver closes the connection for a query timeout; it may still look open, and has no error of a loss.
     */
    boolean isClosedByTimeout(SQLException error) {
        return error instanceof SQLTimeoutException && physical.isClosedOnTimeout();
    }

    /** Records that a call met the loss. The driver need not have noticed: Connector/J keeps a broken stream open. */
    void lose() {
        lost = true;
        evictedOnRelease = true;
        physical.lose();
        pool.requireValidation();
    }

    /**
     * Records that the caller ended the connection, by a timeout of its own or by aborting it: the node is not suspect.
     */
    void endedByCaller() {
        endedByCaller = true;
        lost = true;
    }

    boolean isEndedByCaller() {
        return endedByCaller;
    }

    /** Has the connection closed when it is released: its server is not what it was. */
    void evictOnRelease() {
        evictedOnRelease = true;
    }

    // Until it is released

    /** Whether no statement is open on it. */
    boolean isIdle() {
        return openStatements == 0;
    }

    void statementOpened() {
        openStatements++;
    }

    /**
     * Records that a statement is closed; the last one on a retired lease, or on one of scope STATEMENT, releases it.
     * Not where SQL text changed the session, also when it is lost: a transaction in it must not continue elsewhere.
     */
    void statementClosed() {
        openStatements--;
        if (openStatements == 0 && (retired || (scope == Scope.STATEMENT && !physical.isSessionChanged()))) {
            release();
        }
    }

    /** Refuses new work: the lease is released when its last statement is closed. */
    void retire() {
        retired = true;
        if (openStatements == 0) {
            release();
        }
    }

    boolean isReleased() {
        return released;
    }

    /** Releases the connection now; the pool closes what is still open on it. */
    void release() {
        if (released) {
            return;
        }
        released = true;
        try {
            recorder.acknowledgedAtRelease();
            if (recorder.hasRead()) {
                recorder.readsEnded(!evictedOnRelease && !isLost());
            }
        } finally {
            returnToPool();
        }
    }

    private void returnToPool() {
        try {
            if (evictedOnRelease || endedByCaller) {
                pool.evict(connection);
            } else {
                pool.release(connection, physical);
            }
        } finally {
            onRelease.run();
        }
    }
}
