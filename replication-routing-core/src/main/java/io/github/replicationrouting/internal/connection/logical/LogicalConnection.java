package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.internal.connection.delegate.DelegatingConnection;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.connection.delegate.StatementFactory;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The connection that applications hold. It borrows a pooled connection at the first statement, on the node that the
 * route decides on for the transaction of that moment, and answers for its own state without one.
 *
 * <p>In a transaction that Spring manages the pooled connection is released at commit or rollback, and the next
 * transaction is routed anew. So a session that stays open for a whole request reads from a replica and then writes to
 * the primary. Auto-commit statements after such a transaction keep a pooled connection only while they are open. Plain
 * JDBC keeps its connection until {@code close}, because locks, temporary tables and variables live in the session; it
 * is routed anew only where it must be: from a replica to the primary, and from a primary to its successor.
 *
 * <p>When a node is lost the logical connection stays usable: ending the transaction succeeds, so that the caller
 * gets the exception of the loss itself, and the next transaction finds another node.
 *
 * <p>{@link LeaseHolder} decides which pooled connection is used, {@link TransactionEnd} ends transactions,
 * {@link FailureHandler} decides what failures mean, and {@link MetadataCalls} asks what any node can answer.
 */
final class LogicalConnection extends DelegatingConnection implements RoutedConnection {

    private final Route route;
    private final LeaseManager leaseManager;
    private final ConnectionDefaults defaults;
    private final ConnectionSettings settings;
    private final TransactionContext transaction;
    private final FailureHandler failures;
    private final LeaseHolder leases;
    private final TransactionEnd end;
    private @Nullable MetadataCalls metadata;

    LogicalConnection(Route route, LeaseManager leaseManager, ConnectionDefaults defaults) {
        this.route = route;
        this.leaseManager = leaseManager;
        this.defaults = defaults;
        this.settings = new ConnectionSettings(defaults);
        this.transaction = new TransactionContext(this, settings);
        this.failures = new FailureHandler(leaseManager, settings, transaction);
        this.leases = new LeaseHolder(route, leaseManager, settings, transaction, failures);
        this.end = new TransactionEnd(leases, transaction, failures);
    }

    @Override
    public @Nullable Decision lastDecision() {
        return leases.lastDecision();
    }

    LeaseHolder leases() {
        return leases;
    }

    TransactionContext transaction() {
        return transaction;
    }

    FailureHandler failures() {
        return failures;
    }

    // Calls

    @Override
    protected Statement statement(StatementFactory<Statement> factory) throws SQLException {
        return new LogicalStatement(StatementLease.of(this, leases.next(), null, factory));
    }

    @Override
    protected PreparedStatement preparedStatement(String sql, StatementFactory<PreparedStatement> factory)
            throws SQLException {
        return new LogicalPreparedStatement(StatementLease.of(this, leases.next(), sql, factory));
    }

    @Override
    protected CallableStatement callableStatement(String sql, StatementFactory<CallableStatement> factory)
            throws SQLException {
        return new LogicalCallableStatement(StatementLease.of(this, leases.next(), sql, factory));
    }

    @Override
    protected <R extends @Nullable Object> R inTransaction(ServerCall<Connection, R> call) throws SQLException {
        Lease lease = leases.next();
        transaction.beforeExecution(lease);
        return failures.onConnection(lease, call);
    }

    @Override
    protected <R extends @Nullable Object> R ask(ServerCall<Connection, R> call) throws SQLException {
        return metadata().ask(call);
    }

    /** Returns the calls that any node can answer; most connections have none. */
    MetadataCalls metadata() {
        MetadataCalls calls = metadata;
        if (calls == null) {
            calls = new MetadataCalls(route, leaseManager, leases, settings, transaction, failures);
            metadata = calls;
        }
        return calls;
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        leases.requireOpen();
        return LogicalMetaData.of(this);
    }

    /** Returns the connection of the metadata, which is used for further calls that any node can answer. */
    Connection connectionOfMetaData() {
        leases.allowAnyNodeWithoutPrimary();
        return this;
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        leases.next().connection().setTypeMap(map);
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        return metadata().isValid(timeout);
    }

    // Transactions

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        leases.requireOpen();
        transaction.autoCommitChanges(autoCommit);
        Lease current = leases.usable();
        if (current != null) {
            if (!autoCommit && current.scope() == Lease.Scope.STATEMENT && !current.hasSessionState()) {
                // It would go back with its next statement, in the middle of the transaction that begins here.
                leases.retire(current);
            } else if (autoCommit && transaction.isOpen()) {
                end.commitByAutoCommit(current);
            } else {
                failures.onConnection(current, target -> {
                    target.setAutoCommit(autoCommit);
                    return Boolean.TRUE;
                });
            }
        }
        settings.setAutoCommit(autoCommit);
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        leases.requireOpen();
        return settings.autoCommit();
    }

    @Override
    public void commit() throws SQLException {
        requireOutOfAutoCommit("commit");
        end.commit();
    }

    @Override
    public void rollback() throws SQLException {
        requireOutOfAutoCommit("rollback");
        end.rollback();
    }

    private void requireOutOfAutoCommit(String operation) throws SQLException {
        leases.requireOpen();
        if (settings.autoCommit()) {
            throw new SQLException("Can't call " + operation + " in auto-commit: call setAutoCommit(false) first");
        }
    }

    // Settings, answered without a pooled connection

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        leases.requireOpen();
        settings.setReadOnly(readOnly);
        Lease current = leases.live();
        if (current != null && current.isWritable()) {
            current.connection().setReadOnly(readOnly);
        }
    }

    /** False until it was set: frameworks that find it true would not set it again for another node. */
    @Override
    public boolean isReadOnly() throws SQLException {
        leases.requireOpen();
        return settings.readOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        if (current != null) {
            current.connection().setTransactionIsolation(level);
        }
        settings.setIsolation(level);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        leases.requireOpen();
        Lease changed = leases.withSessionState();
        return changed == null ? settings.isolation() : changed.physical().getTransactionIsolation();
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        if (current != null) {
            failures.onConnection(current, target -> {
                target.setCatalog(catalog);
                return Boolean.TRUE;
            });
        }
        settings.setCatalog(catalog);
    }

    @Override
    public String getCatalog() throws SQLException {
        leases.requireOpen();
        Lease changed = leases.withSessionState();
        if (changed != null) {
            return changed.physical().getCatalog();
        }
        String known = settings.catalog() != null ? settings.catalog() : defaults.catalog();
        return known != null ? known : ask(Connection::getCatalog);
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        if (current != null) {
            failures.onConnection(current, target -> {
                target.setSchema(schema);
                return Boolean.TRUE;
            });
        }
        settings.setSchema(schema);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        leases.requireOpen();
        Lease changed = leases.withSessionState();
        if (changed != null) {
            return changed.physical().getSchema();
        }
        if (settings.schema() != null) {
            return settings.schema();
        }
        ConnectionDefaults.Facts known = defaults.facts();
        return known != null ? known.schema() : super.getSchema();
    }

    @Override
    public int getHoldability() throws SQLException {
        leases.requireOpen();
        ConnectionDefaults.Facts known = defaults.facts();
        return known != null ? known.holdability() : super.getHoldability();
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        if (current != null) {
            current.connection().setNetworkTimeout(executor, milliseconds);
        }
        settings.setNetworkTimeout(executor, milliseconds);
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        return current != null ? current.connection().getNetworkTimeout() : settings.networkTimeout();
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        settings.setClientInfo(name, value);
        Lease current = leases.live();
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
        leases.requireOpen();
        return settings.clientInfo().getProperty(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        leases.requireOpen();
        return settings.clientInfo();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        return current == null ? null : failures.onConnection(current, Connection::getWarnings);
    }

    @Override
    public void clearWarnings() throws SQLException {
        leases.requireOpen();
        Lease current = leases.live();
        if (current != null) {
            failures.onConnection(current, target -> {
                target.clearWarnings();
                return Boolean.TRUE;
            });
        }
    }

    // Ends

    @Override
    public void close() {
        leases.close();
    }

    /** Closed only by the application, by {@code close} or {@code abort}: a lost node does not close it. */
    @Override
    public boolean isClosed() {
        return leases.isClosed();
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        leases.abort(executor);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (!isWrapperFor(type)) {
            throw new SQLException("Neither this connection nor that of a driver is a " + type.getName());
        }
        // The application may use an unwrapped connection unseen, so it is not released after the call.
        T unwrapped = inTransaction(target -> target.unwrap(type));
        Lease current = leases.current();
        if (current != null && transaction.mayWrite(current) && !(unwrapped instanceof PhysicalConnection)) {
            // What is executed on the driver's own connection is not seen.
            RetryContext.committed();
        }
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || ask(target -> target.isWrapperFor(type));
    }

    @Override
    public String toString() {
        return leases.toString();
    }
}
