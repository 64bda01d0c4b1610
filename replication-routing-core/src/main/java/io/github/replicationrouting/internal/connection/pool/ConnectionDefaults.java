package io.github.replicationrouting.internal.connection.pool;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How a connection looks before anybody changes it, so that a logical connection can answer without having a physical
 * one: from the configuration of the pools, else learnt from the first physical connection. Thread-safe.
 */
public final class ConnectionDefaults {

    /** What InnoDB does unless told otherwise; used until a server was met. */
    private static final int ISOLATION_OF_THE_SERVERS = Connection.TRANSACTION_REPEATABLE_READ;

    private final boolean autoCommit;
    private final @Nullable Integer configuredIsolation;
    private volatile @Nullable Integer learntIsolation;
    private volatile @Nullable String catalog;
    private volatile @Nullable Facts facts;

    /** What the driver says of each of its connections. */
    public record Facts(@Nullable String schema, int holdability) {}

    /**
     * @param autoCommit what the pools are configured to hand out
     * @param configuredIsolation JDBC's number of the configured level, null where none is configured
     */
    public ConnectionDefaults(boolean autoCommit, @Nullable Integer configuredIsolation) {
        this.autoCommit = autoCommit;
        this.configuredIsolation = configuredIsolation;
    }

    /**
     * Takes note of a connection fresh from its driver.
     *
     * @param configuredCatalog the database that the pool chooses for its connections; null for the one of the URL
     */
    void learnFrom(Connection connection, @Nullable String configuredCatalog) throws SQLException {
        if (learntIsolation == null) {
            learntIsolation = connection.getTransactionIsolation();
            catalog = configuredCatalog != null ? configuredCatalog : connection.getCatalog();
            facts = new Facts(connection.getSchema(), connection.getHoldability());
        }
    }

    public boolean autoCommit() {
        return autoCommit;
    }

    /** JDBC's number of the isolation level. */
    public int isolation() {
        if (configuredIsolation != null) {
            return configuredIsolation;
        }
        Integer learnt = learntIsolation;
        return learnt != null ? learnt : ISOLATION_OF_THE_SERVERS;
    }

    /** What holds for every connection; null until a server was met. */
    public @Nullable Facts facts() {
        return facts;
    }

    /** The database that connections begin in; null until a server was met. */
    public @Nullable String catalog() {
        return catalog;
    }
}
