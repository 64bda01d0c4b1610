package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells once that a server answers, but opens no connection for a pool, as with a wrong password, and once that it does
 * again. Where the monitor logs in with an account of its own, nothing else shows it. Thread-safe.
 */
final class RefusedConnectionLog {

    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final Node node;
    private final AtomicBoolean told = new AtomicBoolean();

    RefusedConnectionLog(Node node) {
        this.node = node;
    }

    void failed(Exception failure) {
        if (failure instanceof SQLException error && isRefusal(error) && told.compareAndSet(false, true)) {
            log.warn(
                    "Node {}: the server opens no connection for the pool ({}). Check replication.routing.nodes.{}.username,"
                            + " .password and .url, or what takes their place",
                    node,
                    error.getMessage(),
                    node);
        }
    }

    void opened() {
        if (told.get() && told.compareAndSet(true, false)) {
            log.info("Node {}: the server opens connections for the pool again", node);
        }
    }

    /** Whether an operator has to act: a server that is full or shuts down is another matter. */
    static boolean isRefusal(SQLException error) {
        ErrorKind kind = Dialects.standard().classify(error);
        return error.getErrorCode() > 0 && (kind == ErrorKind.OTHER || kind == ErrorKind.SCHEMA);
    }
}
