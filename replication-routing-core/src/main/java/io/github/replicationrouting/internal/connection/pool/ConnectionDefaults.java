package io.github.replicationrouting.internal.connection.pool;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The state of a connection before its user changes it, so that a logical connection can answer without a physical one:
 * from the configuration of the pools, else learnt from the first physical connection. Thread-safe.
 */
public final class ConnectionDefaults {

    /** InnoDB's default, used until there was a connection. */
    private static final int DEFAULT_ISOLATION = Connection.TRANSACTION_REPEATABLE_READ;

    private final boolean autoCommit;
    private final @Nullable Integer configuredIsolation;
    private volatile @Nullable Integer learntIsolation;
    private volatile @Nullable String catalog;
    private volatile @Nullable Facts facts;

    /** What holds for each connection of a driver. */
    public record Facts(@Nullable String schema, int holdability) {}

    /**
     * @param autoCommit auto-commit of the connections that the pools hand out
     * @param configuredIsolation one of the constants of {@link Connection}; null where none is configured
     */
    public ConnectionDefaults(boolean autoCommit, @Nullable Integer configuredIsolation) {
        this.autoCommit = autoCommit;
        this.configuredIsolation = configuredIsolation;
    }

    /**
     * Learns from a connection fresh from its driver, once.
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

    /** Returns the isolation level, one of the constants of {@link Connection}. */
    public int isolation() {
        if (configuredIsolation != null) {
            return configuredIsolation;
        }
        Integer learnt = learntIsolation;
        return learnt != null ? learnt : DEFAULT_ISOLATION;
    }

    /** Returns what holds for every connection; null until there was one. */
    public @Nullable Facts facts() {
        return facts;
    }

    /** Returns the database that connections begin in; null until there was one. */
    public @Nullable String catalog() {
        return catalog;
    }
}
