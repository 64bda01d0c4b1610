package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.delegate.ServerCall;
import io.github.replicationrouting.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.dialect.ErrorKind;
import io.github.replicationrouting.routing.Access;
import io.github.replicationrouting.routing.CurrentAccess;
import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.DecisionReason;
import io.github.replicationrouting.routing.Intents;
import io.github.replicationrouting.routing.NoWritableNodeException;
import io.github.replicationrouting.routing.Route;
import io.github.replicationrouting.routing.RoutedConnection;
import io.github.replicationrouting.routing.WorkRecord;
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
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
    private final Leases leases;
    private final ConnectionDefaults defaults;
    private final ConnectionSettings settings = new ConnectionSettings();

    private @Nullable Lease lease;
    /** Leases with statements that are still open; rarely any. */
    private List<Lease> retired = List.of();

    private @Nullable Decision lastDecision;
    private boolean autoCommit;
    private boolean readOnly;
    private boolean transactionOpen;
    private boolean springManaged;
    private boolean closed;

    LogicalConnection(Route route, Leases leases, ConnectionDefaults defaults) {
        this.route = route;
        this.leases = leases;
        this.defaults = defaults;
        this.autoCommit = defaults.autoCommit();
    }

    @Override
    public @Nullable Decision lastDecision() {
        return lastDecision;
    }

    // Which pooled connection

    /** The pooled connection for what comes next. */
    private Lease lease() throws SQLException {
        return lease(CurrentAccess.of(autoCommit, readOnly));
    }

    private Lease lease(Access access) throws SQLException {
        requireOpen();
        Lease current = usableLease();
        if (current == null) {
            return acquire(access);
        }
        boolean inSpringTransaction = CurrentAccess.isInSpringTransaction(autoCommit);
        if (transactionOpen || current.serves(access, inSpringTransaction)) {
            if (!transactionOpen && leases.isBehind(current, access)) {
                retire(current);
                return acquire(access);
            }
            if (!transactionOpen && current.holdsBack(access, inSpringTransaction)) {
                leases.sessionHoldsBack(current.decision().node());
            }
            if (current.honoursHint(transactionOpen)) {
                if (access == Access.WRITE && !transactionOpen) {
                    lastDecision = current.decision().forWrite();
                }
                return current;
            }
            if (transactionOpen) {
                throw Intents.notHonoured(current.decision());
            }
        }
        if (current.isMakeshift() && access == Access.OUTSIDE_TRANSACTION) {
            return replacementOf(current);
        }
        retire(current);
        return acquire(access);
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
        return configured(leases.acquire(route, access, durationOfNext()));
    }

    private Lease configured(Lease acquired) throws SQLException {
        try {
            configure(acquired);
        } catch (SQLException e) {
            // In this order: a lost connection must not go back as if it were sound.
            SQLException failure = failed(acquired, e);
            acquired.release();
            throw failure;
        } catch (RuntimeException e) {
            acquired.release();
            throw e;
        }
        lease = acquired;
        lastDecision = acquired.decision();
        return acquired;
    }

    private Lease.Duration durationOfNext() {
        if (CurrentAccess.isInSpringTransaction(autoCommit)) {
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

    /** A statement of {@code own} is about to run. */
    void beforeExecution(Lease own) throws SQLException {
        if (lease() != own) {
            throw new SQLException("This statement was made in an earlier transaction, on node "
                    + own.decision().node() + ", and its connection was given back when that transaction ended."
                    + " Make it in the transaction that executes it.");
        }
        if (!autoCommit) {
            transactionOpen = true;
        } else if (mayWrite(own)) {
            WorkRecord.committed();
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
        if (kind.isLoss() && !own.isWritable()) {
            WorkRecord.lost(own.decision().node());
        } else if (kind == ErrorKind.SCHEMA) {
            if (leases.mayOtherNodesDiffer(own.decision().node(), error) && !own.isWritable()) {
                WorkRecord.lacking(own.decision().node());
            }
        } else if (kind == ErrorKind.ROLLED_BACK) {
            WorkRecord.rolledBack();
        }
        return failedAtEnd(own, error, kind);
    }

    /** The same where a transaction ends, which loses nothing but what was written. */
    private SQLException failedAtEnd(Lease own, SQLException error, ErrorKind kind) {
        leases.failed(own.decision().node(), kind);
        if (kind.isLoss()) {
            own.lose();
        }
        if (own.isCutOff() && !mayWrite(own)) {
            return ErrorExplanation.cutOff(error, own.decision());
        }
        if (kind.isLoss() || kind == ErrorKind.READ_ONLY_SERVER) {
            leases.suspect(own.decision().node(), error);
        }
        if (kind == ErrorKind.READ_ONLY_SERVER && own.isWritable()) {
            own.condemn();
            if (own.decision().reason() != DecisionReason.NODE_REQUESTED) {
                WorkRecord.refused(own.decision().node());
            }
        }
        return kind == ErrorKind.CONNECTION_LOST && mayWrite(own) && !autoCommit
                ? ErrorExplanation.lostBeforeCommit(error, own.decision())
                : ErrorExplanation.explain(error, kind, own.access(), own.decision());
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
                current.connection().setAutoCommit(autoCommit);
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
                WorkRecord.rolledBack();
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
                WorkRecord.committed();
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
    }

    private void transactionEnded(Lease ended) {
        transactionOpen = false;
        springManaged |= CurrentAccess.isInSpringTransaction(autoCommit);
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

    private <R> R inTransaction(ServerCall<Connection, R> call) throws SQLException {
        Lease current = lease();
        beforeExecution(current);
        try {
            return call.on(current.connection());
        } catch (SQLException e) {
            throw failed(current, e);
        }
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
            current.connection().setCatalog(catalog);
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
        return known != null ? known : leaseForQuestions().connection().getCatalog();
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            current.connection().setSchema(schema);
        }
        settings.setSchema(schema);
    }

    @Override
    public String getSchema() throws SQLException {
        requireOpen();
        Lease changed = leaseWithSessionState();
        if (changed != null) {
            return changed.physical().getSchema();
        }
        String known = settings.schema();
        return known != null ? known : leaseForQuestions().connection().getSchema();
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        lease().connection().setHoldability(holdability);
    }

    @Override
    public int getHoldability() throws SQLException {
        return leaseForQuestions().connection().getHoldability();
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
        return current == null ? null : current.connection().getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        requireOpen();
        Lease current = liveLease();
        if (current != null) {
            current.connection().clearWarnings();
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
        Lease current = lease();
        current.requireNoLock(sql);
        return new StatementLease<>(this, current, onConnection(current, making));
    }

    private <S extends Statement> StatementLease<S> made(ServerCall<Connection, S> making) throws SQLException {
        Lease current = lease();
        return new StatementLease<>(this, current, onConnection(current, making));
    }

    private <R> R onConnection(Lease current, ServerCall<Connection, R> call) throws SQLException {
        try {
            return call.on(current.connection());
        } catch (SQLException e) {
            throw failed(current, e);
        }
    }

    // Questions and helpers

    /** Outside a transaction they are answered by any node that can be reached, while there is no primary. */
    private Lease leaseForQuestions() throws SQLException {
        Access access = CurrentAccess.of(autoCommit, readOnly);
        return lease(access == Access.OUTSIDE_TRANSACTION && usableLease() == null ? Access.METADATA : access);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        leaseForMetaData();
        return LogicalMetaData.of(this);
    }

    /** Where the questions of metadata go; they may reach the server, and so begin a transaction there. */
    Lease leaseForMetaData() throws SQLException {
        Lease current = autoCommit || transactionOpen ? usableLease() : null;
        if (current == null) {
            current = leaseForQuestions();
        }
        if (!autoCommit) {
            transactionOpen = true;
        }
        return current;
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw new SQLException("The timeout must not be negative, was " + timeout);
        }
        return !closed && leaseForQuestions().connection().isValid(timeout);
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return onConnection(leaseForQuestions(), target -> target.nativeSQL(sql));
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return lease().connection().getTypeMap();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        lease().connection().setTypeMap(map);
    }

    @Override
    public Clob createClob() throws SQLException {
        return onConnection(lease(), Connection::createClob);
    }

    @Override
    public Blob createBlob() throws SQLException {
        return onConnection(lease(), Connection::createBlob);
    }

    @Override
    public NClob createNClob() throws SQLException {
        return onConnection(lease(), Connection::createNClob);
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return onConnection(lease(), Connection::createSQLXML);
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return onConnection(lease(), target -> target.createArrayOf(typeName, elements));
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return onConnection(lease(), target -> target.createStruct(typeName, attributes));
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

    /** Closed only by whoever holds it: a lost node does not close it. */
    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Comes from another thread, so it only cuts the pooled connection off; the holder finds it lost and closes. */
    @Override
    public void abort(Executor executor) throws SQLException {
        Lease current = lease;
        if (current != null) {
            current.connection().abort(executor);
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        Lease current = lease();
        beforeExecution(current);
        return current.connection().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || leaseForQuestions().connection().isWrapperFor(type);
    }

    private void requireOpen() throws SQLException {
        if (closed) {
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
