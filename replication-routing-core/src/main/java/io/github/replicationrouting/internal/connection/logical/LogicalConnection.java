package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.routing.Access;
import io.github.replicationrouting.internal.routing.CurrentAccess;
import io.github.replicationrouting.internal.routing.IntentResolver;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that applications hold. It takes a pooled connection at the first statement, on the node that the
 * route decides on for the transaction of that moment, and answers for its own state without one.
 *
 * <p>In a transaction that Spring manages the pooled connection goes back at commit or rollback, and the next
 * transaction is routed anew. So a session that stays open for a whole request reads from a replica and then writes to
 * the primary. Auto-commit statements after such a transaction keep a pooled connection only while they are open. Plain
 * JDBC keeps its connection until {@code close}, because locks, temporary tables and variables live in the session; it
 * is routed anew only where it must be: from a replica to the primary, and from a primary to its successor.
 *
 * <p>When a node is lost the logical connection stays usable: ending the transaction succeeds, so that the loss itself
 * is what the caller gets to see, and the next transaction finds another node.
 */
final class LogicalConnection implements RoutedConnection {

    private static final Logger log = LoggerFactory.getLogger(LogicalConnection.class);

    private final Route route;
    private final LeaseManager leases;
    private final ConnectionDefaults defaults;
    private final ConnectionSettings settings = new ConnectionSettings();

    /** Also read by a thread that aborts this connection. */
    private volatile @Nullable Lease lease;

    /** Leases with statements that are still open; rarely any. */
    private List<Lease> retired = List.of();

    /** What was borrowed for rows of metadata, and is kept until they are closed. */
    private @Nullable Lease borrowedForRows;

    private @Nullable Decision lastDecision;
    private boolean autoCommit;
    private boolean readOnly;
    private boolean transactionOpen;
    private boolean springManaged;

    /** Whether the transaction in progress is Spring's; null until that was looked up. */
    private @Nullable Boolean ofSpring;

    /** Whether it was in a transaction of Spring's that this connection left auto-commit. */
    private boolean leftAutoCommitInTransaction;

    /** Whether statements may do with any node where there is no primary. */
    private boolean forQuestions;

    private boolean closed;
    private volatile boolean aborted;

    LogicalConnection(Route route, LeaseManager leases, ConnectionDefaults defaults) {
        this.route = route;
        this.leases = leases;
        this.defaults = defaults;
        this.autoCommit = defaults.autoCommit();
    }

    // Which transaction

    private Access access() {
        return CurrentAccess.of(autoCommit, readOnly, isInSpringTransaction());
    }

    /** Whether what this connection does is part of a transaction that Spring manages. */
    private boolean isInSpringTransaction() {
        if (!CurrentAccess.isInSpringTransaction(autoCommit)) {
            return false;
        }
        Boolean known = ofSpring;
        if (known == null) {
            known = SpringTransactions.include(this, !leftAutoCommitInTransaction);
            ofSpring = known;
        }
        return known;
    }

    @Override
    public @Nullable Decision lastDecision() {
        return lastDecision;
    }

    // Which pooled connection

    /** The pooled connection for what comes next. */
    private Lease lease() throws SQLException {
        return lease(access());
    }

    private Lease lease(Access access) throws SQLException {
        requireOpen();
        Lease current = usableLease();
        if (current == null) {
            return acquire(access);
        }
        boolean inSpringTransaction = isInSpringTransaction();
        if (transactionOpen || current.serves(access, inSpringTransaction)) {
            if (!transactionOpen && current.holdsBack(access, inSpringTransaction)) {
                leases.sessionHoldsBack(current.decision().node());
            }
            if (!current.honoursHint(transactionOpen)) {
                if (transactionOpen) {
                    throw IntentResolver.notHonoured(current.decision());
                }
            } else if (current.isWritable() || mayGoOn(current)) {
                if (access == Access.WRITE && !transactionOpen) {
                    lastDecision = current.decision().forTransaction();
                }
                return current;
            }
        }
        if (current.isMakeshift() && access == Access.OUTSIDE_TRANSACTION) {
            return replacementOf(current);
        }
        retire(current);
        return acquire(access);
    }

    /**
     * Whether reads may go on where they went. A transaction that shows what was committed before each statement has no
     * snapshot that binds it to its node, so it need not miss what its own session committed meanwhile.
     */
    private boolean mayGoOn(Lease current) {
        if (!transactionOpen) {
            return !current.isKeptForNextRead() || leases.isStillRight(route, current);
        }
        return settings.isolation(defaults) > Connection.TRANSACTION_READ_COMMITTED
                || leases.hasWhatSessionWrote(current);
    }

    private @Nullable Lease usableLease() {
        Lease current = lease;
        if (current != null && (current.isReleased() || (!transactionOpen && current.isSpent()))) {
            retire(current);
            return null;
        }
        return current;
    }

    /** The pooled connection to tell of a setting: none when it is lost, so that settings never fail for that. */
    private @Nullable Lease liveLease() {
        Lease current = usableLease();
        return current == null || current.isLost() ? null : current;
    }

    /** Where to ask for what SQL text may have set, past the pool, which remembers what JDBC set; mostly nowhere. */
    private @Nullable Lease leaseWithSessionState() {
        Lease current = liveLease();
        return current != null && current.hasSessionState() ? current : null;
    }

    /** The primary where there is one by now; else what stands in for it goes on, read-only. */
    private Lease replacementOf(Lease makeshift) throws SQLException {
        try {
            Lease better = configured(leases.acquireAtOnce(route, Access.OUTSIDE_TRANSACTION, durationOfNext()));
            keepUntilUnused(makeshift);
            return better;
        } catch (NoWritableNodeException e) {
            log.trace(
                    "There is still no primary; node {} goes on",
                    makeshift.decision().node(),
                    e);
            lease = makeshift;
            return makeshift;
        }
    }

    private Lease acquire(Access access) throws SQLException {
        if (!forQuestions || access != Access.OUTSIDE_TRANSACTION) {
            return configured(leases.acquire(route, access, durationOfNext()));
        }
        try {
            return configured(leases.acquireAtOnce(route, access, durationOfNext()));
        } catch (NoWritableNodeException e) {
            log.trace("There is no primary; any node will do for questions", e);
            return configured(leases.acquireAtOnce(route, Access.METADATA, durationOfNext()));
        }
    }

    private Lease configured(Lease acquired) throws SQLException {
        lease = set(acquired);
        if (aborted) {
            retire(acquired);
            requireOpen();
        }
        lastDecision = acquired.decision();
        return acquired;
    }

    /** Puts in force on a pooled connection what was set on this one. */
    private Lease set(Lease acquired) throws SQLException {
        try {
            configure(acquired);
            return acquired;
        } catch (SQLException e) {
            // In this order: a lost connection must not go back as if it were sound.
            SQLException failure = failed(acquired, e);
            acquired.release();
            throw failure;
        } catch (RuntimeException e) {
            acquired.release();
            throw e;
        }
    }

    private Lease.Duration durationOfNext() {
        if (isInSpringTransaction()) {
            springManaged = true;
            return Lease.Duration.TRANSACTION;
        }
        return springManaged && autoCommit ? Lease.Duration.STATEMENT : Lease.Duration.UNTIL_CLOSE;
    }

    /** Whoever may not write here is held to it by the server, even where the node itself would take the write. */
    private void configure(Lease acquired) throws SQLException {
        Connection connection = acquired.connection();
        if (autoCommit != defaults.autoCommit()) {
            connection.setAutoCommit(autoCommit);
        }
        if (readOnly || !acquired.isWritable()) {
            connection.setReadOnly(true);
        }
        settings.applyTo(connection);
    }

    private void retire(Lease old) {
        lease = null;
        transactionOpen = false;
        keepUntilUnused(old);
    }

    private void keepUntilUnused(Lease old) {
        if (old.hasSessionState()) {
            leases.sessionLeft(old.decision().node());
        }
        old.retire();
        if (!old.isReleased()) {
            List<Lease> open = new ArrayList<>(retired.size() + 1);
            for (Lease other : retired) {
                if (!other.isReleased()) {
                    open.add(other);
                }
            }
            open.add(old);
            retired = open;
        }
    }

    // What statements tell

    /** Where a statement that was made on {@code own} runs now: elsewhere, where that may not go on. */
    Lease leaseForExecution(Lease own) throws SQLException {
        // A transaction goes on where the statement was made for it.
        return transactionOpen && own == usableLease() && own.honoursHint(true) ? own : lease();
    }

    /** A statement is about to run on {@code own}. */
    void beforeExecution(Lease own) {
        if (!autoCommit) {
            transactionOpen = true;
        } else if (mayWrite(own)) {
            RetryContext.committed();
        }
    }

    /** A statement of {@code own} is about to be sent, or put into a batch: it may commit of its own accord. */
    void beforeText(Lease own, String sql) {
        if (RetryContext.isUncommitted()
                && !autoCommit
                && mayWrite(own)
                && ImplicitCommits.mayBeIn(sql, own.physical().reportsCommits())) {
            RetryContext.committed();
        }
    }

    /** A statement of {@code own} has run, or has failed after a part of it. */
    void afterExecution(Lease own) {
        if (!mayWrite(own)) {
            own.acknowledged(false);
        } else if (autoCommit) {
            own.acknowledged(true);
        } else {
            own.acknowledgedInTransaction();
        }
        own.statementReturned();
    }

    void statementClosed(Lease own) {
        own.statementClosed();
    }

    /**
     * What the caller gets to see of a failure. The monitor hears of a node that may be lost, and so does the record of
     * the transaction.
     */
    SQLException failed(Lease own, SQLException error) {
        ErrorKind kind = own.kindOf(error);
        if (mayWrite(own)) {
            own.callFailed();
        }
        if (kind.isLoss() && !own.isWritable() && !isOwnLimit(own, error)) {
            RetryContext.lost(own.decision().node());
        } else if (kind == ErrorKind.SCHEMA) {
            Node node = own.decision().node();
            Set<Node> alike = leases.nodesWithSchemaError(node, error);
            if (!alike.isEmpty() && !own.isWritable()) {
                RetryContext.objectMissing(node, alike);
            }
        } else if (kind == ErrorKind.ROLLED_BACK) {
            RetryContext.rolledBack();
        }
        return failedAtEnd(own, error, kind);
    }

    /** The same where a transaction ends, which loses nothing but what was written. */
    private SQLException failedAtEnd(Lease own, SQLException error, ErrorKind kind) {
        boolean ownLimit = isOwnLimit(own, error);
        leases.failed(own.decision().node(), ownLimit ? ErrorKind.OTHER : kind);
        if (ownLimit) {
            own.abandon();
        } else if (kind.isLoss()) {
            own.lose();
        }
        if (own.isCutOff() && !mayWrite(own)) {
            return ErrorExplanation.cutOff(error, own.decision());
        }
        if ((kind.isLoss() && !own.isAbandoned()) || kind == ErrorKind.READ_ONLY_SERVER) {
            leases.suspect(own.decision().node(), error);
        }
        if (kind == ErrorKind.READ_ONLY_SERVER && own.isWritable()) {
            own.condemn();
            if (own.decision().reason() != DecisionReason.NODE_REQUESTED) {
                RetryContext.demoted(own.decision().node());
            }
        }
        return kind == ErrorKind.CONNECTION_LOST && mayWrite(own) && !autoCommit
                ? ErrorExplanation.lostBeforeCommit(error, own.decision())
                : ErrorExplanation.explain(error, kind, own.access(), own.decision());
    }

    /** Whether the connection ended because of a limit that its user set, which says nothing of the node. */
    private boolean isOwnLimit(Lease own, SQLException error) {
        if (own.isAbandoned() || own.isCutOff()) {
            return own.isAbandoned();
        }
        return CallerTimeout.isMet(error, settings.networkTimeout() > 0)
                || (error instanceof SQLTimeoutException && own.physical().isClosedOnTimeout());
    }

    /** The same for a call that may have changed something, which in auto-commit commits it, too. */
    SQLException failedToChange(Lease own, SQLException error) {
        // Asked first: what is known to be lost is not lost by this call.
        boolean inDoubt = autoCommit && mayWrite(own) && own.isCommitInDoubt(error, true);
        SQLException failure = failed(own, error);
        if (!inDoubt) {
            return failure;
        }
        own.commitInDoubt();
        return ErrorExplanation.lostInCommit(error, own.decision(), true);
    }

    private boolean mayWrite(Lease own) {
        return own.isWritable() && !readOnly;
    }

    // Transactions

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        requireOpen();
        if (autoCommit != this.autoCommit) {
            ofSpring = null;
            leftAutoCommitInTransaction = !autoCommit && CurrentAccess.isInSpringTransaction(false);
        }
        Lease current = usableLease();
        if (current != null) {
            if (!autoCommit && current.duration() == Lease.Duration.STATEMENT && !current.hasSessionState()) {
                // It would go back with its next statement, in the middle of the transaction that begins here.
                retire(current);
            } else if (autoCommit && transactionOpen) {
                // Commits: what was written after the commit proper, in an afterCommit callback, ends here.
                endTransaction(current, target -> {
                    target.setAutoCommit(true);
                    return Boolean.TRUE;
                });
            } else {
                onConnection(current, target -> {
                    target.setAutoCommit(autoCommit);
                    return Boolean.TRUE;
                });
            }
        }
        this.autoCommit = autoCommit;
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        requireOpen();
        return autoCommit;
    }

    @Override
    public void commit() throws SQLException {
        requireOutOfAutoCommit("commit");
        Lease current = usableLease();
        if (current != null) {
            endTransaction(current, target -> {
                target.commit();
                return Boolean.TRUE;
            });
        }
        ofSpring = null;
    }

    /** A read-only transaction has nothing to lose at its end; a lost write must be told. */
    private void endTransaction(Lease current, ServerCall<Connection, Boolean> ending) throws SQLException {
        boolean writes = transactionOpen && mayWrite(current);
        boolean mayCommit = writes;
        boolean ended = false;
        try {
            ending.on(current.connection());
            ended = true;
        } catch (SQLException e) {
            ErrorKind kind = current.kindOf(e);
            boolean inDoubt = writes && current.isCommitInDoubt(e, false);
            SQLException failure = failedAtEnd(current, e, kind);
            if (inDoubt) {
                current.commitInDoubt();
                failure = ErrorExplanation.lostInCommit(e, current.decision(), false);
            }
            boolean lost = current.isLost() || (kind.isLoss() && !current.isWritable());
            if (kind == ErrorKind.ROLLED_BACK) {
                RetryContext.rolledBack();
            }
            // A commit that the server refuses is a rollback.
            boolean refused = kind == ErrorKind.ROLLED_BACK || kind == ErrorKind.READ_ONLY_SERVER;
            writes &= !refused;
            ended = lost || refused;
            if (current.isWritable() || !lost) {
                throw failure;
            }
            log.debug(
                    "Node {} was lost at the end of a read-only transaction",
                    current.decision().node(),
                    e);
        } finally {
            // Also where it failed: then nobody knows.
            current.acknowledged(mayCommit);
            if (writes) {
                RetryContext.committed();
            }
            if (ended) {
                transactionEnded(current);
            }
        }
    }

    @Override
    public void rollback() throws SQLException {
        requireOutOfAutoCommit("rollback");
        Lease current = usableLease();
        if (current == null) {
            ofSpring = null;
            return;
        }
        boolean writes = transactionOpen && mayWrite(current);
        try {
            current.connection().rollback();
            // DDL in it was committed all the same.
            current.acknowledged(writes);
            transactionEnded(current);
        } catch (SQLException e) {
            ErrorKind kind = current.kindOf(e);
            SQLException failure = failedAtEnd(current, e, kind);
            if (!kind.isLoss() && !current.isLost()) {
                throw failure;
            }
            // The server rolls back what it lost the client of; the loss itself was told when it was met.
            log.debug("Node {} was lost before a rollback", current.decision().node(), e);
            retire(current);
        }
        ofSpring = null;
    }

    private void transactionEnded(Lease ended) {
        transactionOpen = false;
        springManaged |= isInSpringTransaction();
        if ((springManaged && !ended.hasSessionState()) || ended.isLost()) {
            retire(ended);
        }
    }

    private void requireOutOfAutoCommit(String operation) throws SQLException {
        requireOpen();
        if (autoCommit) {
            throw new SQLException("Can't call " + operation + " in auto-commit: call setAutoCommit(false) first");
        }
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return inTransaction(Connection::setSavepoint);
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return inTransaction(target -> target.setSavepoint(name));
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        inTransaction(target -> {
            target.rollback(savepoint);
            return Boolean.TRUE;
        });
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        inTransaction(target -> {
            target.releaseSavepoint(savepoint);
            return Boolean.TRUE;
        });
    }

    <R extends @Nullable Object> R inTransaction(ServerCall<Connection, R> call) throws SQLException {
        Lease current = lease();
        beforeExecution(current);
        return onConnection(current, call);
    }

    // Settings, answered without a pooled connection

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        requireOpen();
        this.readOnly = readOnly;
        Lease current = liveLease();
        if (current != null && current.isWritable()) {
            current.connection().setReadOnly(readOnly);
        }
    }

    /** False until told otherwise: whoever finds it true would not say it again on another node. */
    @Override
    public boolean isReadOnly() throws SQLException {
        requireOpen();
        return readOnly;
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            current.connection().setTransactionIsolation(level);
        }
        settings.setIsolation(level);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        requireOpen();
        Lease changed = leaseWithSessionState();
        return changed == null
                ? settings.isolation(defaults)
                : changed.physical().getTransactionIsolation();
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            onConnection(current, target -> {
                target.setCatalog(catalog);
                return Boolean.TRUE;
            });
        }
        settings.setCatalog(catalog);
    }

    @Override
    public String getCatalog() throws SQLException {
        requireOpen();
        Lease changed = leaseWithSessionState();
        if (changed != null) {
            return changed.physical().getCatalog();
        }
        String known = settings.catalog() != null ? settings.catalog() : defaults.catalog();
        return known != null ? known : ask(Connection::getCatalog);
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            onConnection(current, target -> {
                target.setSchema(schema);
                return Boolean.TRUE;
            });
        }
        settings.setSchema(schema);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        requireOpen();
        Lease changed = leaseWithSessionState();
        if (changed != null) {
            return changed.physical().getSchema();
        }
        if (settings.schema() != null) {
            return settings.schema();
        }
        ConnectionDefaults.Facts known = defaults.facts();
        return known != null ? known.schema() : ask(Connection::getSchema);
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        ask(target -> {
            target.setHoldability(holdability);
            return Boolean.TRUE;
        });
    }

    @Override
    public int getHoldability() throws SQLException {
        requireOpen();
        ConnectionDefaults.Facts known = defaults.facts();
        return known != null ? known.holdability() : ask(Connection::getHoldability);
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            current.connection().setNetworkTimeout(executor, milliseconds);
        }
        settings.setNetworkTimeout(executor, milliseconds);
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        requireOpen();
        Lease current = liveLease();
        return current != null ? current.connection().getNetworkTimeout() : settings.networkTimeout();
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        settings.setClientInfo(name, value);
        Lease current = liveLease();
        if (current != null) {
            current.connection().setClientInfo(name, value);
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        settings.clearClientInfo();
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        requireOpen();
        return settings.clientInfo().getProperty(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        requireOpen();
        return settings.clientInfo();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        requireOpen();
        Lease current = liveLease();
        return current == null ? null : onConnection(current, Connection::getWarnings);
    }

    @Override
    public void clearWarnings() throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            onConnection(current, target -> {
                target.clearWarnings();
                return Boolean.TRUE;
            });
        }
    }

    // Statements

    @Override
    public Statement createStatement() throws SQLException {
        return new LogicalStatement(made(Connection::createStatement));
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency) throws SQLException {
        return new LogicalStatement(made(target -> target.createStatement(resultSetType, resultSetConcurrency)));
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency, int resultSetHoldability)
            throws SQLException {
        return new LogicalStatement(
                made(target -> target.createStatement(resultSetType, resultSetConcurrency, resultSetHoldability)));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return new LogicalPreparedStatement(made(sql, target -> target.prepareStatement(sql)));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        return new LogicalPreparedStatement(made(sql, target -> target.prepareStatement(sql, autoGeneratedKeys)));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return new LogicalPreparedStatement(made(sql, target -> target.prepareStatement(sql, columnIndexes)));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return new LogicalPreparedStatement(made(sql, target -> target.prepareStatement(sql, columnNames)));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        return new LogicalPreparedStatement(
                made(sql, target -> target.prepareStatement(sql, resultSetType, resultSetConcurrency)));
    }

    @Override
    public PreparedStatement prepareStatement(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        return new LogicalPreparedStatement(made(
                sql,
                target -> target.prepareStatement(sql, resultSetType, resultSetConcurrency, resultSetHoldability)));
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return new LogicalCallableStatement(made(sql, target -> target.prepareCall(sql)));
    }

    @Override
    public CallableStatement prepareCall(String sql, int resultSetType, int resultSetConcurrency) throws SQLException {
        return new LogicalCallableStatement(
                made(sql, target -> target.prepareCall(sql, resultSetType, resultSetConcurrency)));
    }

    @Override
    public CallableStatement prepareCall(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        return new LogicalCallableStatement(made(
                sql, target -> target.prepareCall(sql, resultSetType, resultSetConcurrency, resultSetHoldability)));
    }

    private <S extends Statement> StatementLease<S> made(String sql, ServerCall<Connection, S> making)
            throws SQLException {
        return StatementLease.of(this, lease(), sql, making);
    }

    private <S extends Statement> StatementLease<S> made(ServerCall<Connection, S> making) throws SQLException {
        return StatementLease.of(this, lease(), null, making);
    }

    <R extends @Nullable Object> R onConnection(Lease current, ServerCall<Connection, R> call) throws SQLException {
        try {
            return call.on(current.connection());
        } catch (SQLException e) {
            throw failed(current, e);
        }
    }

    // Questions and helpers

    /**
     * Asks what any connection can answer: the one at hand, else one that is borrowed for the question alone, on
     * whichever node has one to spare.
     */
    <R extends @Nullable Object> R ask(ServerCall<Connection, R> question) throws SQLException {
        requireOpen();
        Lease current = usableLease();
        if (current != null) {
            return onConnection(current, question);
        }
        try (Question asked = new Question(leases.acquireForQuestion(route, accessOfQuestion(), null))) {
            return onConnection(asked.lease(), question);
        }
    }

    /** A read-only transaction asks where its statements go; whether it is Spring's need not be looked up for that. */
    private Access accessOfQuestion() {
        boolean known = ofSpring == null || ofSpring;
        boolean inSpringTransaction = known && CurrentAccess.isInSpringTransaction(autoCommit);
        return CurrentAccess.of(autoCommit, readOnly, inSpringTransaction) == Access.READ
                ? Access.READ
                : Access.METADATA;
    }

    /** A connection that is borrowed for one question. */
    private record Question(Lease lease) implements AutoCloseable {

        @Override
        public void close() throws SQLException {
            try {
                // A driver may have asked the server, which begins a transaction where the pool is out of auto-commit.
                if (!lease.isLost() && !lease.connection().getAutoCommit()) {
                    lease.connection().rollback();
                }
            } finally {
                lease.release();
            }
        }
    }

    /** The URL of the node that is at hand, else of the one that would be asked; known without a connection. */
    String url() throws SQLException {
        requireOpen();
        Lease current = usableLease();
        return leases.url(current != null ? current.decision() : null, route, accessOfQuestion());
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        requireOpen();
        return LogicalMetaData.of(this);
    }

    /** The connection that metadata return is used for further questions, which any node can answer. */
    Connection connectionOfMetaData() {
        forQuestions = true;
        return this;
    }

    /**
     * Where the questions of metadata go that have rows for an answer, and in a transaction begin it at the server.
     * Outside of one a connection is borrowed for the answer alone.
     */
    Lease leaseForMetaData() throws SQLException {
        requireOpen();
        Lease current = autoCommit || transactionOpen ? usableLease() : null;
        if (current == null && autoCommit) {
            return leaseForRows(accessOfQuestion());
        }
        if (current == null) {
            current = lease();
        }
        if (!autoCommit) {
            transactionOpen = true;
        }
        return current;
    }

    /** Answers that are open at the same time share a connection, as on a plain pool: some are never closed. */
    private Lease leaseForRows(Access access) throws SQLException {
        Lease open = borrowedForRows;
        if (open != null && !open.isReleased() && !open.isLost() && open.access() == access) {
            set(open).statementOpened();
            return open;
        }
        Lease borrowed = set(leases.acquireForQuestion(route, access, null));
        borrowed.statementOpened();
        keepUntilUnused(borrowed);
        borrowedForRows = borrowed;
        return borrowed;
    }

    /** Whether a connection was borrowed for one answer. */
    boolean isBorrowed(Lease own) {
        return own != lease;
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw new SQLException("The timeout must not be negative, was " + timeout);
        }
        if (closed || aborted) {
            return false;
        }
        Lease current = usableLease();
        try {
            if (current != null) {
                return !current.isLost() && current.connection().isValid(timeout);
            }
            Duration limit = timeout == 0 ? null : Duration.ofSeconds(timeout);
            try (Question asked = new Question(leases.acquireForQuestion(route, accessOfQuestion(), limit))) {
                return asked.lease().connection().isValid(timeout);
            }
        } catch (SQLException e) {
            log.debug("No node answers", e);
            return false;
        }
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return ask(target -> target.nativeSQL(sql));
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return ask(Connection::getTypeMap);
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        lease().connection().setTypeMap(map);
    }

    @Override
    public Clob createClob() throws SQLException {
        return ask(Connection::createClob);
    }

    @Override
    public Blob createBlob() throws SQLException {
        return ask(Connection::createBlob);
    }

    @Override
    public NClob createNClob() throws SQLException {
        return ask(Connection::createNClob);
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return ask(Connection::createSQLXML);
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return ask(target -> target.createArrayOf(typeName, elements));
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return ask(target -> target.createStruct(typeName, attributes));
    }

    // Ends

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (lease != null) {
                lease.release();
            }
        } finally {
            retired.forEach(Lease::release);
        }
    }

    /** Closed only by the application, by {@code close} or {@code abort}: a lost node does not close it. */
    @Override
    public boolean isClosed() {
        return closed || aborted;
    }

    /** Comes from another thread, so it only cuts the pooled connection off, which goes back when the holder closes. */
    @Override
    public void abort(Executor executor) throws SQLException {
        aborted = true;
        Lease current = lease;
        if (current != null) {
            current.abandon();
            current.connection().abort(executor);
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (!isWrapperFor(type)) {
            throw new SQLException("Neither this connection nor that of a driver is a " + type.getName());
        }
        // The application may use an unwrapped connection unseen, so it is not given back with a question.
        T unwrapped = inTransaction(target -> target.unwrap(type));
        Lease current = lease;
        if (current != null && mayWrite(current) && !(unwrapped instanceof PhysicalConnection)) {
            // What the driver is told is not seen.
            RetryContext.committed();
        }
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || ask(target -> target.isWrapperFor(type));
    }

    private void requireOpen() throws SQLException {
        if (closed || aborted) {
            throw new SQLNonTransientConnectionException("The connection is closed", "08003");
        }
    }

    @Override
    public String toString() {
        Lease current = lease;
        return current == null || current.isReleased()
                ? "logical connection without a node"
                : "logical connection to " + current.decision().node();
    }
}
