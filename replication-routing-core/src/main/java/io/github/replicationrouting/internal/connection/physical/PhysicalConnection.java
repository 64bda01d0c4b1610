package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.driver.DriverSession;
import io.github.replicationrouting.internal.driver.PhysicalLink;
import io.github.replicationrouting.internal.time.PeakEwma;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A driver's connection without the statements that change nothing. To the pool and everyone above it is plain JDBC.
 *
 * <p>The invariant that keeps commits: every call that reaches the server first makes the session what its users want
 * and, out of auto-commit, marks the transaction open; the mark goes only with a commit or rollback that succeeded. A
 * statement prepared in one transaction and executed in the next, a savepoint before any statement, a changed row or a
 * question to the metadata all count. The server's status flags may add an open transaction, never remove one.
 *
 * <p>The current database is the other way round: a driver may bind it when a statement is made, so it is settled
 * before that. Used by one thread at a time, like any connection.
 */
public final class PhysicalConnection implements Connection {

    private static final Logger log = LoggerFactory.getLogger(PhysicalConnection.class);

    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(1);

    /** ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, which is what the server says of a write. */
    private static final int READ_ONLY_TRANSACTION = 1792;

    private static final String READ_ONLY_TRANSACTION_STATE = "25006";

    private final Connection delegate;
    private final PhysicalLink wire;
    private final ReplicationDialect dialect;
    private final DriverSession session;
    private final SessionState state;
    private final PeakEwma statementTime;
    private final CommitTracker commits;
    private final boolean presetVariables;

    private @Nullable Position reached;
    private boolean transactionOpen;
    private SessionChange sessionChange = SessionChange.NONE;

    /** Whether the connection is lost to its holder, although its driver may not know, or would connect anew. */
    private boolean abandoned;

    /** Whether the last call failed: no driver's flags count then, and MariaDB's marks a transaction out of caution. */
    private boolean lastCallFailed;

    /** Whether the connection is back in its initial database, and the server was not told yet. */
    private boolean initialCatalogPending;

    /** Names of what was said of the user; rarely any. */
    private Set<String> clientInfo = Set.of();

    /** Whether the database that users begin in is known. */
    private boolean handedOut;

    private @Nullable String initialCatalog;
    private @Nullable String initialSchema;
    private boolean catalogChanged;
    private boolean schemaChanged;

    private PhysicalConnection(
            Connection delegate,
            PhysicalLink wire,
            ReplicationDialect dialect,
            DriverSession session,
            SessionState state,
            PeakEwma statementTime,
            CommitTracker commits,
            boolean presetVariables) {
        this.delegate = delegate;
        this.wire = wire;
        this.dialect = dialect;
        this.session = session;
        this.state = state;
        this.statementTime = statementTime;
        this.commits = commits;
        this.presetVariables = presetVariables;
    }

    /**
     * Takes over a connection fresh from its driver; asks its session state, one statement.
     *
     * @param statementTime told how long each statement takes
     * @param tracksCommits whether to have the server report the commits of this session, which costs up to two more
     *     statements now and none later
     * @param presetVariables whether the session may have user variables by now
     */
    public static PhysicalConnection over(
            Connection delegate,
            PhysicalLink wire,
            ReplicationDialect dialect,
            PeakEwma statementTime,
            boolean tracksCommits,
            boolean presetVariables)
            throws SQLException {
        DriverSession session = DriverSession.of(delegate, wire);
        SessionState state = SessionState.learn(delegate, session, dialect);
        CommitTracker commits =
                tracksCommits ? CommitTracker.of(delegate, session, dialect) : CommitTracker.none(dialect);
        return new PhysicalConnection(delegate, wire, dialect, session, state, statementTime, commits, presetVariables);
    }

    /** Whether {@link #takeCommitted()} misses nothing; where it may, a commit is known by its time only. */
    public boolean reportsCommits() {
        return commits.areReliable();
    }

    /** What this session has committed since this was last asked; null for nothing. Sends nothing. */
    public @Nullable Position takeCommitted() {
        return commits.take();
    }

    /**
     * Waits until the server has executed what is asked for, in no transaction. A server that does not answer is waited
     * for little longer than one that answers no.
     *
     * @return how far it has come, at least as far as wanted; null when not in time
     */
    public @Nullable Position await(Position wanted, Duration limit) throws SQLException {
        Position answer = this.<@Nullable Position>waiting(limit, () -> dialect.await(delegate, wanted, limit));
        if (answer != null) {
            reached = answer;
        }
        return answer;
    }

    /**
     * Waits until the server has committed what its replicas may show already, in no transaction.
     *
     * @return false when it has not in time
     */
    public boolean awaitCommitting(Duration limit) throws SQLException {
        return waiting(limit, () -> dialect.awaitCommitting(delegate, limit));
    }

    private <T extends @Nullable Object> T waiting(Duration limit, Wait<T> wait) throws SQLException {
        int before = delegate.getNetworkTimeout();
        delegate.setNetworkTimeout(
                Runnable::run, Math.toIntExact(limit.plus(ANSWER_MARGIN).toMillis()));
        try {
            return wait.answer();
        } finally {
            if (!delegate.isClosed()) {
                delegate.setNetworkTimeout(Runnable::run, before);
            }
        }
    }

    private interface Wait<T extends @Nullable Object> {
        T answer() throws SQLException;
    }

    /** Whether a wait over this connection has shown that its server has this. One connection leads to one server. */
    public boolean hasReached(Position wanted) {
        return reached != null && reached.contains(wanted);
    }

    /** Whether the driver closes this connection when a statement takes longer than its query timeout. */
    public boolean isClosedOnTimeout() {
        return session.closesOnTimeout();
    }

    /** What the server has executed up to now as a replica, asked in no transaction: one statement; null if unknown. */
    public @Nullable Position executed() throws SQLException {
        return dialect.executed(delegate);
    }

    /** What the server has written up to now, asked in no transaction: one statement; null where it cannot tell. */
    public @Nullable Position written() throws SQLException {
        return dialect.written(delegate);
    }

    /** Cuts this connection off, or keeps it from being cut off. */
    public PhysicalLink wire() {
        return wire;
    }

    /** Nothing runs on this connection from now on, whatever its driver makes of it. */
    public void abandon() {
        abandoned = true;
    }

    /** What to make of this server's errors. */
    public ReplicationDialect dialect() {
        return dialect;
    }

    /**
     * Whether SQL text changed what belongs to JDBC ({@code BEGIN} in auto-commit, {@code SET autocommit=0}), so that
     * the next user would inherit a transaction: such a connection is rolled back and not used again.
     */
    public boolean hasStrayTransaction() throws SQLException {
        if (delegate.isClosed()) {
            return false;
        }
        if (lastCallFailed && !transactionOpen) {
            // Ends what a procedure may have begun before it failed; the answer brings the flags.
            rollbackStray();
        }
        // In this order: asking the server for its auto-commit also brings back its other flags.
        return state.autoCommitDisagreesForSure(delegate) || (!transactionOpen && session.inTransaction());
    }

    /** Ends whatever is open, also what JDBC knows nothing of. */
    public void rollbackStray() throws SQLException {
        try (Statement statement = delegate.createStatement()) {
            statement.execute("ROLLBACK");
        }
        transactionOpen = false;
        lastCallFailed = false;
    }

    /** Takes note, once, of the database that the pool hands out: each later user begins in it, too. */
    public void handOut() throws SQLException {
        if (!handedOut) {
            initialCatalog = delegate.getCatalog();
            initialSchema = delegate.getSchema();
            catalogChanged = false;
            schemaChanged = false;
            handedOut = true;
        }
    }

    /**
     * Goes back to the database that the pool handed out, so that the next user does not work in the one of this user.
     *
     * @return whether it can; a session that has chosen a database never has none again
     */
    public boolean restoreInitialDatabase() throws SQLException {
        if (delegate.isClosed()) {
            return true;
        }
        if (catalogChanged && !isNone(delegate.getCatalog())) {
            if (initialCatalog == null || initialCatalog.isEmpty()) {
                return false;
            }
            setCatalog(initialCatalog);
        }
        if (schemaChanged && !isNone(delegate.getSchema())) {
            if (isNone(initialSchema)) {
                return false;
            }
            delegate.setSchema(initialSchema);
        }
        catalogChanged = false;
        schemaChanged = false;
        return true;
    }

    /** Drivers tell that there is none in two ways. */
    private static boolean isNone(@Nullable String database) {
        return database == null || database.isEmpty();
    }

    /** What was said of this user must not be said of the next. */
    public void forgetClientInfo() throws SQLException {
        if (clientInfo.isEmpty() || delegate.isClosed()) {
            return;
        }
        // Connector/J forgets what is not named; MariaDB's driver keeps it until it is told otherwise.
        delegate.setClientInfo(new Properties());
        for (String name : clientInfo) {
            if (delegate.getClientInfo(name) != null) {
                delegate.setClientInfo(name, "");
            }
        }
        clientInfo = Set.of();
    }

    /** @param change what the text of the statement leaves in the session */
    <T, R extends @Nullable Object> R onServer(T target, ServerCall<? super T, R> call, SessionChange change)
            throws SQLException {
        requireAllowed(change);
        lastCallFailed = true;
        beforeServerCall();
        if (!change.isNone()) {
            // Also if it fails: a part of it may have run.
            sessionChange = sessionChange.and(change);
            if (change.isLasting()) {
                state.changedBySql();
            }
        }
        long began = System.nanoTime();
        R result = call.on(target);
        // Only what succeeded: a server that refuses everything at once is not a fast one.
        statementTime.add(System.nanoTime() - began);
        lastCallFailed = false;
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

    /** Whether SQL text left something in the session that belongs to its user: the connection stays with them. */
    public boolean isSessionChanged() {
        return !sessionChange.isNone();
    }

    /**
     * Undoes what SQL text left in the session, so that the next user does not meet it.
     *
     * @return whether it can; else the connection must not be used again
     */
    public boolean undoSessionChange() throws SQLException {
        String initialDatabase = initialDatabase();
        if (sessionChange.isLasting()
                || (presetVariables && sessionChange.isOfVariables())
                || (sessionChange.isOfDatabase() && initialDatabase.isEmpty())) {
            return false;
        }
        if (isSessionChanged() && !delegate.isClosed()) {
            try (Statement statement = delegate.createStatement()) {
                for (String sql : sessionChange.undo(initialDatabase)) {
                    statement.execute(sql);
                }
            }
            sessionChange = SessionChange.NONE;
        }
        return true;
    }

    /** Empty where there is none. */
    private String initialDatabase() {
        if (initialCatalog != null && !initialCatalog.isEmpty()) {
            return initialCatalog;
        }
        return initialSchema == null ? "" : initialSchema;
    }

    void beforeServerCall() throws SQLException {
        settleCatalog();
        state.flush();
        if (!state.autoCommit()) {
            transactionOpen = true;
        }
    }

    /** An aborted connection must not go on answering what needs no server, or the pool would use it again. */
    private void requireOpen() throws SQLException {
        if (abandoned || delegate.isClosed()) {
            throw new ClosedConnectionException();
        }
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        requireOpen();
        boolean before = state.autoCommit();
        boolean changedByText = state.mayDisagree();
        if (autoCommit == before && !changedByText) {
            return;
        }
        state.wantAutoCommit(autoCommit);
        if (changedByText) {
            state.distrust();
        }
        if (changedByText || isTransactionOpen()) {
            // JDBC: going to auto-commit inside a transaction commits it. The other way round, what SQL text began goes
            // on, and the driver must know of it to end it.
            try {
                state.flush();
            } catch (SQLException e) {
                state.wantAutoCommit(before);
                throw e;
            }
            transactionOpen &= !autoCommit;
        }
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        requireOpen();
        return state.autoCommit();
    }

    @Override
    public void commit() throws SQLException {
        requireOpen();
        if (state.autoCommit()) {
            state.flush();
            delegate.commit();
        } else if (isTransactionOpen()) {
            session.commit();
            transactionOpen = false;
            lastCallFailed = false;
        }
    }

    @Override
    public void rollback() throws SQLException {
        requireOpen();
        if (state.autoCommit()) {
            state.flush();
            delegate.rollback();
        } else if (isTransactionOpen()) {
            session.rollback();
            transactionOpen = false;
            lastCallFailed = false;
        }
    }

    private boolean isTransactionOpen() {
        return transactionOpen || session.inTransaction();
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        beforeServerCall();
        return delegate.setSavepoint();
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        beforeServerCall();
        return delegate.setSavepoint(name);
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        beforeServerCall();
        delegate.rollback(savepoint);
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        beforeServerCall();
        delegate.releaseSavepoint(savepoint);
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        requireOpen();
        // The driver is not told: what drivers do about it differs, and the server's own session enforces it.
        state.wantReadOnly(readOnly);
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
            state.wantIsolation(level);
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
        catalogChanged = true;
        if (sessionChange.isLasting() || sessionChange.isOfDatabase()) {
            // Not every driver hears of the database that SQL text chose.
            initialCatalogPending = false;
            delegate.setCatalog(catalog);
            return;
        }
        // Only the way back to the initial database may wait: it exists, so that no error is put off.
        initialCatalogPending = catalog != null && catalog.equals(initialCatalog);
        if (initialCatalogPending) {
            initialCatalogPending = !catalog.equals(delegate.getCatalog());
        } else if (catalog == null || !catalog.equals(delegate.getCatalog())) {
            delegate.setCatalog(catalog);
        }
    }

    @Override
    public String getCatalog() throws SQLException {
        requireOpen();
        return initialCatalogPending && initialCatalog != null ? initialCatalog : delegate.getCatalog();
    }

    private void settleCatalog() throws SQLException {
        requireOpen();
        if (initialCatalogPending) {
            delegate.setCatalog(initialCatalog);
            initialCatalogPending = false;
        }
    }

    @Override
    public Statement createStatement() throws SQLException {
        settleCatalog();
        return new PhysicalStatement(this, delegate.createStatement());
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency) throws SQLException {
        settleCatalog();
        return new PhysicalStatement(this, delegate.createStatement(resultSetType, resultSetConcurrency));
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency, int resultSetHoldability)
            throws SQLException {
        settleCatalog();
        return new PhysicalStatement(
                this, delegate.createStatement(resultSetType, resultSetConcurrency, resultSetHoldability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        settleCatalog();
        return new PhysicalPreparedStatement(this, delegate.prepareStatement(sql), sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        settleCatalog();
        return new PhysicalPreparedStatement(this, delegate.prepareStatement(sql, autoGeneratedKeys), sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        settleCatalog();
        return new PhysicalPreparedStatement(this, delegate.prepareStatement(sql, columnIndexes), sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        settleCatalog();
        return new PhysicalPreparedStatement(this, delegate.prepareStatement(sql, columnNames), sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        settleCatalog();
        return new PhysicalPreparedStatement(
                this, delegate.prepareStatement(sql, resultSetType, resultSetConcurrency), sql);
    }

    @Override
    public PreparedStatement prepareStatement(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        settleCatalog();
        return new PhysicalPreparedStatement(
                this, delegate.prepareStatement(sql, resultSetType, resultSetConcurrency, resultSetHoldability), sql);
    }

    /** Drivers look the procedure up on the server when a call is prepared. */
    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        beforeServerCall();
        return new PhysicalCallableStatement(this, delegate.prepareCall(sql), sql);
    }

    @Override
    public CallableStatement prepareCall(String sql, int resultSetType, int resultSetConcurrency) throws SQLException {
        beforeServerCall();
        return new PhysicalCallableStatement(this, delegate.prepareCall(sql, resultSetType, resultSetConcurrency), sql);
    }

    @Override
    public CallableStatement prepareCall(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        beforeServerCall();
        return new PhysicalCallableStatement(
                this, delegate.prepareCall(sql, resultSetType, resultSetConcurrency, resultSetHoldability), sql);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        settleCatalog();
        return PhysicalMetaData.over(delegate.getMetaData(), this);
    }

    @Override
    public void close() throws SQLException {
        try {
            delegate.close();
        } finally {
            wire.closed();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return delegate.isClosed();
    }

    /** What is cut off is released already; and a driver may want to ask the server, which may not answer. */
    @Override
    public void abort(Executor executor) throws SQLException {
        if (!wire.isCut()) {
            delegate.abort(executor);
        }
    }

    /** A connection that is cut off, or whose driver fails instead of answering, is dead, and no trouble to log. */
    @Override
    public boolean isValid(int timeout) throws SQLException {
        try {
            return !wire.isCut() && delegate.isValid(timeout);
        } catch (SQLException e) {
            if (timeout < 0) {
                throw e;
            }
            log.debug("A connection could not be tried, and counts as dead", e);
            return false;
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        // Whoever uses the driver's own connection is out of sight: it must find the session as wanted.
        beforeServerCall();
        return type.isInstance(delegate) ? type.cast(delegate) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(delegate) || delegate.isWrapperFor(type);
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        requireOpen();
        return delegate.nativeSQL(sql);
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        requireOpen();
        return delegate.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        requireOpen();
        delegate.clearWarnings();
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        requireOpen();
        return delegate.getTypeMap();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        requireOpen();
        delegate.setTypeMap(map);
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        requireOpen();
        delegate.setHoldability(holdability);
    }

    @Override
    public int getHoldability() throws SQLException {
        requireOpen();
        return delegate.getHoldability();
    }

    @Override
    public Clob createClob() throws SQLException {
        requireOpen();
        return delegate.createClob();
    }

    @Override
    public Blob createBlob() throws SQLException {
        requireOpen();
        return delegate.createBlob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        requireOpen();
        return delegate.createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        requireOpen();
        return delegate.createSQLXML();
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        requireOpen();
        return delegate.createArrayOf(typeName, elements);
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        requireOpen();
        return delegate.createStruct(typeName, attributes);
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        clientInfo = new HashSet<>(clientInfo);
        clientInfo.add(name);
        delegate.setClientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        clientInfo = new HashSet<>(clientInfo);
        clientInfo.addAll(properties.stringPropertyNames());
        delegate.setClientInfo(properties);
    }

    @Override
    public String getClientInfo(String name) throws SQLException {
        requireOpen();
        return delegate.getClientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        requireOpen();
        return delegate.getClientInfo();
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        requireOpen();
        schemaChanged = true;
        delegate.setSchema(schema);
    }

    @Override
    public String getSchema() throws SQLException {
        requireOpen();
        return delegate.getSchema();
    }

    /** HikariCP sets it before it tries a connection: one that is gone is found out by that. */
    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        if (!wire.isCut() && !delegate.isClosed()) {
            delegate.setNetworkTimeout(executor, milliseconds);
        }
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        requireOpen();
        return delegate.getNetworkTimeout();
    }

    /** What a caller gets to see of a driver's result: changes of its rows count as calls to the server. */
    ResultSet exposed(ResultSet result) throws SQLException {
        return result.getConcurrency() == ResultSet.CONCUR_UPDATABLE ? new PhysicalResultSet(this, result) : result;
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
