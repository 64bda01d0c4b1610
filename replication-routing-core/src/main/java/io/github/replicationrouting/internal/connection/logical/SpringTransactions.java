package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.RoutedConnection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.ConnectionHandle;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.SimpleConnectionHandle;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Distinguishes the connection of the transaction that Spring manages on this thread from others that are used
 * meanwhile. The transaction managers bind it to the thread, perhaps with wrappers around it.
 */
final class SpringTransactions {

    private static final Logger log = LoggerFactory.getLogger(SpringTransactions.class);

    /** Asking this handle for its connection has no effect; others may begin a transaction for it. */
    private static final String HIBERNATE_HANDLE = "org.springframework.orm.jpa.vendor.HibernateJpaDialect$";

    /** Set while a wrapper is unwrapped, which may acquire a connection that calls this class again. */
    private static final ThreadLocal<@Nullable Boolean> UNWRAPPING = new ThreadLocal<>();

    private SpringTransactions() {}

    /**
     * Whether a connection is the one of the transaction in progress.
     *
     * @param otherwise the answer where no transaction manager shows its connection
     */
    static boolean include(RoutedConnection connection, boolean otherwise) {
        if (UNWRAPPING.get() != null) {
            return otherwise;
        }
        UNWRAPPING.set(Boolean.TRUE);
        try {
            boolean another = false;
            for (Object resource :
                    TransactionSynchronizationManager.getResourceMap().values()) {
                RoutedConnection held = resource instanceof ConnectionHolder holder ? connectionOf(holder) : null;
                if (held == connection) {
                    return true;
                }
                another |= held != null;
            }
            return !another && otherwise;
        } finally {
            UNWRAPPING.remove();
        }
    }

    private static @Nullable RoutedConnection connectionOf(ConnectionHolder holder) {
        ConnectionHandle handle = holder.getConnectionHandle();
        if (!(handle instanceof SimpleConnectionHandle)
                && (handle == null || !handle.getClass().getName().startsWith(HIBERNATE_HANDLE))) {
            return null;
        }
        holder.requested();
        try {
            return holder.getConnection().unwrap(RoutedConnection.class);
        } catch (SQLException | RuntimeException e) {
            log.trace("The connection of {} is not of a router", handle, e);
            return null;
        } finally {
            holder.released();
        }
    }
}
