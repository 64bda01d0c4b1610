package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Resets the session of a connection that is released, as its next user must find it. Thread-safe. */
final class SessionReset {

    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final String router;
    private final Node node;
    private final AtomicBoolean databaseWarned = new AtomicBoolean();
    private final AtomicBoolean sessionWarned = new AtomicBoolean();

    SessionReset(String router, Node node) {
        this.router = router;
        this.node = node;
    }

    /** Resets a session; returns false where it cannot, and the connection must be closed. */
    boolean reset(PhysicalConnection physical) throws SQLException {
        if (physical.hasStrayTransaction()) {
            log.warn(
                    "[{}] node {}: a connection was released with a transaction or auto-commit that SQL text changed;"
                            + " it is rolled back and closed. Use Connection.setAutoCommit instead.",
                    router,
                    node);
            physical.rollbackStray();
            return false;
        }
        if (!physical.undoSessionChange()) {
            if (sessionWarned.compareAndSet(false, true)) {
                log.warn(
                        "[{}] node {}: a connection is closed after its use, because a SET or other text changed its session"
                                + " in a way that cannot be undone; the next use needs a new one. Where that is often, use"
                                + " the methods of java.sql.Connection, the URL, or hikari.connection-init-sql instead."
                                + " This is logged once.",
                        router,
                        node);
            }
            // It is closed in the background, and must not keep its locks until then.
            physical.rollbackStray();
            return false;
        }
        if (!physical.restoreInitialDatabase()) {
            if (databaseWarned.compareAndSet(false, true)) {
                log.warn(
                        "[{}] node {}: a connection that chose a database is closed after its use, because there is no way"
                                + " back to none. Name a database in the URL, so that connections are used again. This"
                                + " is logged once.",
                        router,
                        node);
            }
            return false;
        }
        physical.clearClientInfo();
        return true;
    }
}
