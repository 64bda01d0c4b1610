package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once that a server answers, but opens no connection for a pool, as with a wrong password, and once that it does
 * again. Where the monitor logs in with an account of its own, nothing else shows it. Thread-safe.
 */
final class RefusedConnectionLog {

    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final String router;
    private final Node node;
    private final AtomicBoolean logged = new AtomicBoolean();

    RefusedConnectionLog(String router, Node node) {
        this.router = router;
        this.node = node;
    }

    void failed(Exception failure) {
        if (failure instanceof SQLException error && isRefusal(error) && logged.compareAndSet(false, true)) {
            log.warn(
                    "[{}] node {}: the server opens no connection for the pool ({}). Check"
                            + " replication.routing.nodes.{}.username, .password and .url, or what replaces them",
                    router,
                    node,
                    error.getMessage(),
                    node);
        }
    }

    void opened() {
        if (logged.get() && logged.compareAndSet(true, false)) {
            log.info("[{}] node {}: the server opens connections for the pool again", router, node);
        }
    }

    /** Whether an operator has to act, as opposed to a server that is full or shuts down. */
    static boolean isRefusal(SQLException error) {
        ErrorKind kind = Dialects.standard().classify(error);
        return error.getErrorCode() > 0 && (kind == ErrorKind.OTHER || kind == ErrorKind.SCHEMA);
    }
}
