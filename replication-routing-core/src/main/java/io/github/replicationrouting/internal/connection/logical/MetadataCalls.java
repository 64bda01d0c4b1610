package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.routing.Route;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that any connection can answer, such as those of metadata: on the current lease of a logical connection, else
 * on a connection that is borrowed for the call alone, of whichever node has an idle one.
 */
final class MetadataCalls {

    private static final Logger log = LoggerFactory.getLogger(MetadataCalls.class);

    private final Route route;
    private final LeaseManager leaseManager;
    private final LeaseHolder leases;
    private final ConnectionSettings settings;
    private final TransactionContext transaction;
    private final FailureHandler failures;

    /** Borrowed for rows of metadata, and kept until they are closed. */
    private @Nullable Lease borrowedForRows;

    MetadataCalls(
            Route route,
            LeaseManager leaseManager,
            LeaseHolder leases,
            ConnectionSettings settings,
            TransactionContext transaction,
            FailureHandler failures) {
        this.route = route;
        this.leaseManager = leaseManager;
        this.leases = leases;
        this.settings = settings;
        this.transaction = transaction;
        this.failures = failures;
    }

    /** Runs a call on the current lease, else on one that is borrowed for it. */
    <R extends @Nullable Object> R ask(ServerCall<Connection, R> call) throws SQLException {
        leases.requireOpen();
        Lease current = leases.usable();
        if (current != null) {
            return failures.onConnection(current, call);
        }
        try (Borrowed borrowed = new Borrowed(borrow(transaction.accessOfMetadata(), null))) {
            return failures.onConnection(borrowed.lease(), call);
        }
    }

    private Lease borrow(Access access, @Nullable Duration limit) throws SQLException {
        return leaseManager.acquireForMetadata(route, access, limit);
    }

    /** A connection that is borrowed for one call. */
    private record Borrowed(Lease lease) implements AutoCloseable {

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

    /** Returns the URL of the node in use, else of the one that would be asked; known without a connection. */
    String url() throws SQLException {
        leases.requireOpen();
        Lease current = leases.usable();
        return leaseManager.url(current != null ? current.decision() : null, route, transaction.accessOfMetadata());
    }

    /**
     * Returns the lease for a metadata call that is answered with rows, and in a transaction begins it at the server.
     * Outside of one a connection is borrowed for the answer alone.
     */
    Lease leaseForRows() throws SQLException {
        leases.requireOpen();
        transaction.requireNotRolledBack();
        Lease current = settings.autoCommit() || transaction.isOpen() ? leases.usable() : null;
        if (current == null && settings.autoCommit()) {
            return borrowForRows(transaction.accessOfMetadata());
        }
        if (current == null) {
            current = leases.next();
        }
        if (!settings.autoCommit()) {
            transaction.begin();
        }
        return current;
    }

    /** Answers that are open at the same time share a connection, as on a plain pool: some are never closed. */
    private Lease borrowForRows(Access access) throws SQLException {
        Lease open = borrowedForRows;
        if (open != null && !open.isReleased() && !open.isLost() && open.access() == access) {
            leases.withSettings(open).statementOpened();
            return open;
        }
        Lease borrowed = leases.withSettings(borrow(access, null));
        borrowed.statementOpened();
        leases.keepUntilUnused(borrowed);
        borrowedForRows = borrowed;
        return borrowed;
    }

    boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw new SQLException("The timeout must not be negative, was " + timeout);
        }
        if (leases.isClosed()) {
            return false;
        }
        Lease current = leases.usable();
        try {
            if (current != null) {
                return !current.isLost() && current.connection().isValid(timeout);
            }
            Duration limit = timeout == 0 ? null : Duration.ofSeconds(timeout);
            try (Borrowed borrowed = new Borrowed(borrow(transaction.accessOfMetadata(), limit))) {
                return borrowed.lease().connection().isValid(timeout);
            }
        } catch (SQLException e) {
            log.debug("No node answers", e);
            return false;
        }
    }
}
