package io.github.replicationrouting.internal.connection.physical;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The database that a session is in, and the one that its users begin in. A driver may bind it when a statement is
 * created, so it is settled before that. Used by one thread at a time.
 */
final class CurrentDatabase {

    private final Connection delegate;

    /** Whether the connection is back in its initial database, and this was not sent to the server yet. */
    private boolean initialCatalogPending;

    /** Whether the database that users begin in is known. */
    private boolean handedOut;

    private @Nullable String initialCatalog;
    private @Nullable String initialSchema;
    private boolean catalogChanged;
    private boolean schemaChanged;

    CurrentDatabase(Connection delegate) {
        this.delegate = delegate;
    }

    /** Records, once, the database that the pool hands out: each later user begins in it, too. */
    void handOut() throws SQLException {
        if (!handedOut) {
            initialCatalog = delegate.getCatalog();
            initialSchema = delegate.getSchema();
            catalogChanged = false;
            schemaChanged = false;
            handedOut = true;
        }
    }

    /** Sends the way back to the initial database where it is still pending. */
    void settle() throws SQLException {
        if (initialCatalogPending) {
            delegate.setCatalog(initialCatalog);
            initialCatalogPending = false;
        }
    }

    /** @param changedByText whether SQL text may have chosen another database */
    void setCatalog(String catalog, boolean changedByText) throws SQLException {
        catalogChanged = true;
        if (changedByText) {
            // Not every driver learns of the database that SQL text chose.
            initialCatalogPending = false;
            delegate.setCatalog(catalog);
            return;
        }
        // Only the way back to the initial database may wait: it exists, so that no error is delayed.
        initialCatalogPending = catalog != null && catalog.equals(initialCatalog);
        if (initialCatalogPending) {
            initialCatalogPending = !catalog.equals(delegate.getCatalog());
        } else if (catalog == null || !catalog.equals(delegate.getCatalog())) {
            delegate.setCatalog(catalog);
        }
    }

    String catalog() throws SQLException {
        return initialCatalogPending && initialCatalog != null ? initialCatalog : delegate.getCatalog();
    }

    void setSchema(String schema) throws SQLException {
        schemaChanged = true;
        delegate.setSchema(schema);
    }

    /**
     * Returns to the initial database.
     *
     * @param changedByText whether SQL text may have chosen another database
     * @return whether it can; a session that has chosen a database never has none again
     */
    boolean restore(boolean changedByText) throws SQLException {
        if (catalogChanged && !isNone(delegate.getCatalog())) {
            if (initialCatalog == null || initialCatalog.isEmpty()) {
                return false;
            }
            setCatalog(initialCatalog, changedByText);
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

    /** Returns the database that users begin in; empty where there is none. */
    String initial() {
        if (initialCatalog != null && !initialCatalog.isEmpty()) {
            return initialCatalog;
        }
        return initialSchema == null ? "" : initialSchema;
    }

    /** Drivers show in two ways that there is none. */
    private static boolean isNone(@Nullable String database) {
        return database == null || database.isEmpty();
    }
}
