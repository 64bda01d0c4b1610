package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Settings that the user of a logical connection made, to be applied to each pooled connection that it borrows. */
final class ConnectionSettings {

    private static final Set<Integer> ISOLATION_LEVELS = Set.of(
            Connection.TRANSACTION_READ_UNCOMMITTED,
            Connection.TRANSACTION_READ_COMMITTED,
            Connection.TRANSACTION_REPEATABLE_READ,
            Connection.TRANSACTION_SERIALIZABLE);

    private final ConnectionDefaults defaults;
    private boolean autoCommit;
    private boolean readOnly;

    /** Also where it was only returned: it is then made true on every connection that is borrowed later. */
    private @Nullable Integer isolation;

    private @Nullable String catalog;
    private @Nullable String schema;
    private @Nullable NetworkTimeout networkTimeout;
    private @Nullable Properties clientInfo;

    private record NetworkTimeout(Executor executor, int milliseconds) {}

    ConnectionSettings(ConnectionDefaults defaults) {
        this.defaults = defaults;
        this.autoCommit = defaults.autoCommit();
    }

    /**
     * Applies the settings to a pooled connection. Work that must not write is made read-only by the server, even where
     * the node itself would take the write.
     *
     * @param writable whether the work may write there
     */
    void applyTo(Connection connection, boolean writable) throws SQLException {
        if (autoCommit != defaults.autoCommit()) {
            connection.setAutoCommit(autoCommit);
        }
        if (readOnly || !writable) {
            connection.setReadOnly(true);
        }
        if (isolation != null) {
            connection.setTransactionIsolation(isolation);
        }
        if (catalog != null) {
            connection.setCatalog(catalog);
        }
        if (schema != null) {
            connection.setSchema(schema);
        }
        if (networkTimeout != null) {
            connection.setNetworkTimeout(networkTimeout.executor(), networkTimeout.milliseconds());
        }
        if (clientInfo != null) {
            connection.setClientInfo(clientInfo);
        }
    }

    boolean autoCommit() {
        return autoCommit;
    }

    void setAutoCommit(boolean autoCommit) {
        this.autoCommit = autoCommit;
    }

    boolean readOnly() {
        return readOnly;
    }

    void setReadOnly(boolean readOnly) {
        this.readOnly = readOnly;
    }

    int isolation() {
        if (isolation == null) {
            isolation = defaults.isolation();
        }
        return isolation;
    }

    void setIsolation(int level) throws SQLException {
        if (!ISOLATION_LEVELS.contains(level)) {
            throw new SQLException("There is no transaction isolation level " + level);
        }
        isolation = level;
    }

    @Nullable
    String catalog() {
        return catalog;
    }

    void setCatalog(String catalog) {
        this.catalog = catalog;
    }

    @Nullable
    String schema() {
        return schema;
    }

    void setSchema(String schema) {
        this.schema = schema;
    }

    int networkTimeout() {
        return networkTimeout == null ? 0 : networkTimeout.milliseconds();
    }

    void setNetworkTimeout(Executor executor, int milliseconds) {
        networkTimeout = new NetworkTimeout(executor, milliseconds);
    }

    Properties clientInfo() {
        Properties copy = new Properties();
        if (clientInfo != null) {
            copy.putAll(clientInfo);
        }
        return copy;
    }

    void setClientInfo(String name, @Nullable String value) {
        if (clientInfo == null) {
            clientInfo = new Properties();
        }
        if (value == null) {
            clientInfo.remove(name);
        } else {
            clientInfo.setProperty(name, value);
        }
    }

    void clearClientInfo() {
        clientInfo = null;
    }
}
