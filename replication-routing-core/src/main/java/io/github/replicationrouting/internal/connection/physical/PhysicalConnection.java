package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingConnection;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.connection.delegate.StatementFactory;
import io.github.replicationrouting.internal.driver.DriverSession;
import io.github.replicationrouting.internal.driver.PhysicalLink;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A driver's connection without the statements that change nothing. To the pool and everything above it is plain JDBC.
 *
 * <p>The invariant that keeps commits: every call that reaches the server first gives the session the state that its
 * users request and, out of auto-commit, marks the transaction open, unless it is a query that needs none; the mark goes
 * only with a commit or rollback that succeeded ({@link TransactionState}). A statement prepared in one transaction and
 * executed in the next, a savepoint before any statement, a changed row and a metadata call all count.
 *
 * <p>The current database is the other way round: a driver may bind it when a statement is created, so it is settled
 * before that ({@link CurrentDatabase}). Used by one thread at a time, like any connection.
 */
public final class PhysicalConnection extends DelegatingConnection {

    private static final Logger log = LoggerFactory.getLogger(PhysicalConnection.class);

    /** ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, with which the server refuses a write. */
    private static final int READ_ONLY_TRANSACTION = 1792;

    private static final String READ_ONLY_TRANSACTION_STATE = "25006";

    /** Time that a server has for an answer that only explains an error. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final Connection delegate;
    private final PhysicalLink link;
    private final ReplicationDialect dialect;
    private final DriverSession session;
    private final SessionState state;
    private final TransactionState transaction;
    private final CurrentDatabase database;
    private final SessionChanges changes;
    private final SessionPositions positions;
    private final ClientInfoNames clientInfo = new ClientInfoNames();
    private final LongConsumer statementTime;

    /** When the last call began that may have committed, by {@link System#nanoTime()}. */
    private long callBegan;

    /** Whether the present user has the driver's own connection. */
    private boolean unwrapped;

    /** Whether the connection is lost to its holder, although its driver may not know, or would connect anew. */
    private boolean lost;

    private PhysicalConnection(
            Connection delegate,
            PhysicalLink link,
            ReplicationDialect dialect,
            DriverSession session,
            SessionState state,
            LongConsumer statementTime,
            CommitTracker commits,
            SessionOptions options,
            boolean presetVariables) {
        this.delegate = delegate;
        this.link = link;
        this.dialect = dialect;
        this.session = session;
        this.state = state;
        this.transaction = new TransactionState(delegate, session, state, options.readCommittedInAutoCommit());
        this.database = new CurrentDatabase(delegate);
        this.changes = new SessionChanges(delegate, presetVariables);
        this.positions = new SessionPositions(delegate, dialect, commits);
        this.statementTime = statementTime;
    }

    /**
     * Takes over a connection fresh from its driver; asks its session state, one statement.
     *
     * @param statementTime records how long each statement takes
     * @param options of its session
     * @param presetVariables whether the session may have user variables by now
     */
    public static PhysicalConnection over(
            Connection delegate,
            PhysicalLink link,
            ReplicationDialect dialect,
            LongConsumer statementTime,
            SessionOptions options,
            boolean presetVariables)
            throws SQLException {
        DriverSession session = DriverSession.of(delegate, link);
        SessionState state = SessionState.learn(delegate, session, dialect);
        CommitTracker commits =
                options.tracksCommits() ? CommitTracker.of(delegate, session, dialect) : CommitTracker.none(dialect);
        return new PhysicalConnection(
                delegate, link, dialect, session, state, statementTime, commits, options, presetVariables);
    }

    // For the pool and for leases

    /** Returns the link to the server, whose socket can be closed from another thread. */
    public PhysicalLink link() {
        return link;
    }

    /** Returns what an error of this connection means. Asks the server where a COMMIT was refused. */
    public ErrorKind classify(SQLException error) {
        ErrorKind kind = dialect.classify(error);
        return kind == ErrorKind.COMMIT_REFUSED ? kindOfRefusedCommit(error) : kind;
    }

    private ErrorKind kindOfRefusedCommit(SQLException error) {
        Duration waited = Duration.ofNanos(System.nanoTime() - callBegan);
        try {
            return NetworkTimeout.limit(
                    delegate, ANSWER_LIMIT, connection -> dialect.kindOfRefusedCommit(connection, error, waited));
        } catch (SQLException | RuntimeException e) {
            // For example without the privilege, which the caller would miss otherwise.
            error.addSuppressed(e);
            return ErrorKind.COMMIT_REFUSED;
        }
    }

    /** Returns what this session learns of positions. */
    public SessionPositions positions() {
        return positions;
    }

    /** Whether server and driver report each commit of this session. */
    public boolean reportsCommits() {
        return positions.reportsCommits();
    }

    /** Whether the driver closes this connection when a statement takes longer than its query timeout. */
    public boolean isClosedOnTimeout() {
        return session.closesOnTimeout();
    }

    /** Refuses all further calls, whether or not the driver has noticed the loss. */
    public void lose() {
        lost = true;
    }

    /**
     * Whether SQL text changed what belongs to JDBC ({@code BEGIN} in auto-commit, {@code SET autocommit=0}), so that
     * the next user would inherit a transaction: such a connection is rolled back and not used again.
     */
    public boolean hasStrayTransaction() throws SQLException {
        return transaction.isStray();
    }

    /** Rolls back whatever is open, also what JDBC knows nothing of. */
    public void rollbackStray() throws SQLException {
        transaction.rollbackStray();
    }

    /** Records, once, the database that the pool hands out: each later user begins in it, too. */
    public void handOut() throws SQLException {
        unwrapped = false;
        database.handOut();
    }

    /**
     * Returns to the database that the pool handed out, so that the next user does not work in that of this user.
     *
     * @return whether it can; a session that has chosen a database never has none again
     */
    public boolean restoreInitialDatabase() throws SQLException {
        return delegate.isClosed() || database.restore(changes.mayBeOfDatabase());
    }

    /** Clears the client information of this user, so that it does not describe the next one. */
    public void clearClientInfo() throws SQLException {
        clientInfo.clearOn(delegate);
    }

    /** Whether SQL text left something in the session that belongs to its user: the connection stays with that user. */
    public boolean isSessionChanged() {
        return !changes.areNone();
    }

    /**
     * Undoes what SQL text left in the session, so that the next user does not inherit it.
     *
     * @return whether it can; else the connection must not be used again
     */
    public boolean undoSessionChange() throws SQLException {
        return changes.undo(database.initial());
    }

    // Calls that reach the server

    /** Whether a text is a {@link PlainQuery}, as far as that matters. */
    boolean isPlainQuery(String sql) {
        return transaction.mayReadInAutoCommit() && PlainQuery.is(sql);
    }

    /**
     * @param change what the text of the statement leaves in the session
     * @param plainQuery whether it is a {@link #isPlainQuery plain query}
     */
    <T, R extends @Nullable Object> R onServer(
            T target, ServerCall<? super T, R> call, SessionChange change, boolean plainQuery) throws SQLException {
        requireAllowed(change);
        transaction.callBegins();
        settleDatabase();
        transaction.beforeServerCall(plainQuery && change.isNone() && !unwrapped);
        if (!change.isNone()) {
            // Also if it fails: a part of it may have been executed.
            changes.add(change);
            if (change.isLasting()) {
                state.changedBySql();
            }
        }
        callBegan = System.nanoTime();
        R result = call.on(target);
        // Only what succeeded: a server that refuses everything immediately is not a fast one.
        statementTime.accept(System.nanoTime() - callBegan);
        transaction.callSucceeded();
        return result;
    }

    /** Refuses SQL text that begins a writable transaction in a read-only session: it would override the session. */
    void requireAllowed(SessionChange change) throws SQLException {
        if (change.isWritableTransaction() && state.readOnly()) {
            throw new SQLException(
                    "START TRANSACTION READ WRITE in a session that is read-only",
                    READ_ONLY_TRANSACTION_STATE,
                    READ_ONLY_TRANSACTION);
        }
    }

    void beforeServerCall() throws SQLException {
        settleDatabase();
        transaction.beforeServerCall(false);
    }

    private void settleDatabase() throws SQLException {
        requireOpen();
        database.settle();
    }

    /**
     * A lost connection must not continue to answer what needs no server, or the pool would use it again; and what is
     * not sent, because the socket is closed, is known not to be executed.
     */
    private void requireOpen() throws SQLException {
        if (lost || link.isSocketClosed() || delegate.isClosed()) {
            throw new ClosedConnectionException();
        }
    }

    /**
     * Returns the result that a caller gets for a driver's result: changes of its rows count as calls to the server.
     */
    ResultSet exposed(ResultSet result) throws SQLException {
        return result.getConcurrency() == ResultSet.CONCUR_UPDATABLE ? new PhysicalResultSet(this, result) : result;
    }

    @Override
    protected <R extends @Nullable Object> R inTransaction(ServerCall<Connection, R> call) throws SQLException {
        beforeServerCall();
        return call.on(delegate);
    }

    @Override
    protected <R extends @Nullable Object> R ask(ServerCall<Connection, R> call) throws SQLException {
        requireOpen();
        return call.on(delegate);
    }

    @Override
    protected Statement statement(StatementFactory<Statement> factory) throws SQLException {
        settleDatabase();
        return new PhysicalStatement(this, factory.create(delegate, null));
    }

    @Override
    protected PreparedStatement preparedStatement(String sql, StatementFactory<PreparedStatement> factory)
            throws SQLException {
        settleDatabase();
        return new PhysicalPreparedStatement(this, factory.create(delegate, sql), sql);
    }

    /** Drivers ask the server for the procedure when a call is prepared. */
    @Override
    protected CallableStatement callableStatement(String sql, StatementFactory<CallableStatement> factory)
            throws SQLException {
        beforeServerCall();
        return new PhysicalCallableStatement(this, factory.create(delegate, sql), sql);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        settleDatabase();
        return PhysicalMetaData.over(delegate.getMetaData(), this);
    }

    // State of the session

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        requireOpen();
        callBegan = System.nanoTime();
        transaction.setAutoCommit(autoCommit);
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        requireOpen();
        return state.autoCommit();
    }

    @Override
    public void commit() throws SQLException {
        requireOpen();
        callBegan = System.nanoTime();
        transaction.commit();
    }

    @Override
    public void rollback() throws SQLException {
        requireOpen();
        transaction.rollback();
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        requireOpen();
        // Not passed to the driver: what drivers do about it differs, and the server's own session enforces it.
        state.requestReadOnly(readOnly);
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        requireOpen();
        return state.readOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        requireOpen();
        if (SessionState.isIsolationLevel(level)) {
            state.requestIsolation(level);
        } else {
            delegate.setTransactionIsolation(level);
        }
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        requireOpen();
        return state.isolation(delegate);
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        requireOpen();
        database.setCatalog(catalog, changes.mayBeOfDatabase());
    }

    @Override
    public String getCatalog() throws SQLException {
        requireOpen();
        return database.catalog();
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        requireOpen();
        database.setSchema(schema);
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        clientInfo.add(Collections.singleton(name));
        delegate.setClientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        clientInfo.add(properties.stringPropertyNames());
        delegate.setClientInfo(properties);
    }

    /** HikariCP sets it before it validates a connection: one that is gone is detected by that. */
    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        if (!link.isSocketClosed() && !delegate.isClosed()) {
            delegate.setNetworkTimeout(executor, milliseconds);
        }
    }

    // Ends

    @Override
    public void close() throws SQLException {
        try {
            delegate.close();
        } finally {
            link.closed();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return delegate.isClosed();
    }

    /** Where the socket is closed, waiting threads are released already, and a driver may wait for the server. */
    @Override
    public void abort(Executor executor) throws SQLException {
        if (!link.isSocketClosed()) {
            delegate.abort(executor);
        }
    }

    /**
     * A connection whose socket is closed, or whose driver fails instead of answering, is dead and not worth a warning.
     */
    @Override
    public boolean isValid(int timeout) throws SQLException {
        try {
            return !link.isSocketClosed() && delegate.isValid(timeout);
        } catch (SQLException e) {
            if (timeout < 0) {
                throw e;
            }
            log.debug("A connection could not be validated, and counts as dead", e);
            return false;
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        // What happens on the driver's own connection is not seen here: it must find the session as requested.
        unwrapped = true;
        beforeServerCall();
        return type.isInstance(delegate) ? type.cast(delegate) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(delegate) || delegate.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
