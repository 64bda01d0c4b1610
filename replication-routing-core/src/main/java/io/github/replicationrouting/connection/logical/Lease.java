package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.physical.PhysicalConnection;
import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.DecisionReason;
import io.github.replicationrouting.routing.Intent;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pooled connection on loan to a logical one, for one decision. A retired lease takes no new work and goes back to
 * its pool when the last statement made on it is closed.
 */
final class Lease {

    /** How long a logical connection keeps a lease. */
    enum Duration {
        /** Until the logical connection is closed: what plain JDBC expects of its session. */
        UNTIL_CLOSE,
        /** Until the transaction ends. */
        TRANSACTION,
        /** Until its last statement is closed. */
        STATEMENT
    }

    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final NodePool pool;
    private final Connection connection;
    private final PhysicalConnection physical;
    private final Intent intent;
    private final Decision decision;
    private final Duration duration;

    private int openStatements;
    private boolean retired;
    private boolean released;

    Lease(NodePool pool, Connection connection, Intent intent, Decision decision, Duration duration)
            throws SQLException {
        this.pool = pool;
        this.connection = connection;
        this.physical = connection.unwrap(PhysicalConnection.class);
        this.intent = intent;
        this.decision = decision;
        this.duration = duration;
    }

    Connection connection() {
        return connection;
    }

    PhysicalConnection physical() {
        return physical;
    }

    Decision decision() {
        return decision;
    }

    Duration duration() {
        return duration;
    }

    /** Whether the work may write here. */
    boolean isWritable() {
        return decision.writable();
    }

    /** Whether it stands in for a primary that is not known. */
    boolean isMakeshift() {
        return decision.reason() == DecisionReason.METADATA_WITHOUT_PRIMARY;
    }

    /** Whether work of another intent can go on here instead of being routed anew. */
    boolean serves(Intent next, boolean inSpringTransaction) {
        if (next == intent) {
            return true;
        }
        boolean couldSpread = next == Intent.READ && inSpringTransaction;
        return isWritable() && !couldSpread;
    }

    boolean isLost() {
        try {
            return connection.isClosed() || physical.isClosed();
        } catch (SQLException e) {
            log.debug("A connection to {} cannot say whether it is closed", decision.node(), e);
            return true;
        }
    }

    void statementOpened() {
        openStatements++;
    }

    /** Takes note of a closed statement; the last one on a retired or a statement's own lease gives it back. */
    void statementClosed() {
        openStatements--;
        if (openStatements == 0 && (retired || duration == Duration.STATEMENT)) {
            release();
        }
    }

    /** Takes no new work from now on. */
    void retire() {
        retired = true;
        if (openStatements == 0) {
            release();
        }
    }

    boolean isReleased() {
        return released;
    }

    /** Gives the connection back now; the pool closes what is still open on it. */
    void release() {
        if (released) {
            return;
        }
        released = true;
        try {
            pool.giveBack(connection, physical);
        } finally {
            pool.node().release();
        }
    }
}
