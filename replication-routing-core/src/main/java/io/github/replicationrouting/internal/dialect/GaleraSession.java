package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.position.GaleraPosition;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits and positions of sessions on a member of a Galera cluster. */
final class GaleraSession {

    private static final String COMMITTED = "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM"
            + " information_schema.GLOBAL_STATUS"
            + " WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_STATE_UUID','WSREP_LAST_COMMITTED','WSREP_SE_CHECKPOINT')";

    /** Waits for what the cluster had ordered when it began, whether the statement reads a table or not. */
    private static final String BARRIER = "SET STATEMENT wsrep_sync_wait=1 FOR SELECT 1";

    private static final long MAX_PAUSE_MILLIS = 10;
    private static final int LOCK_WAIT_TIMEOUT = 1205;

    private GaleraSession() {}

    /** Returns all that reads on the member may have seen; null where it does not know. */
    static @Nullable GaleraPosition shown(Connection connection) throws SQLException {
        return Statements.<@Nullable GaleraPosition>query(
                connection, COMMITTED, rows -> GaleraStatus.read(rows).shown());
    }

    /** Returns what reads on the member see from now on; null where it does not know. */
    private static @Nullable GaleraPosition committed(Connection connection) throws SQLException {
        return Statements.<@Nullable GaleraPosition>query(
                connection, COMMITTED, rows -> GaleraStatus.read(rows).position());
    }

    /**
     * Asks repeatedly until the member has committed a position: the functions that wait for a GTID end before its rows
     * can be read where the member writes a binary log.
     *
     * @return null when the time is over, or the member belongs to another cluster
     */
    static @Nullable GaleraPosition await(Connection connection, GaleraPosition wanted, Duration timeout)
            throws SQLException {
        long begin = System.nanoTime();
        long pause = 1;
        while (true) {
            GaleraPosition committed = committed(connection);
            if (committed == null || !committed.isComparableTo(wanted)) {
                return null;
            }
            if (committed.contains(wanted)) {
                return committed;
            }
            long left = timeout.toNanos() - (System.nanoTime() - begin);
            if (left <= 0 || !pause(Math.min(left, TimeUnit.MILLISECONDS.toNanos(pause)))) {
                return null;
            }
            pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
        }
    }

    private static boolean pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Waits until the member has applied what the cluster had committed. No time limit of the server ends the wait of a
     * member that cannot apply, except {@code repl.causal_read_timeout}; the connection's network timeout does.
     *
     * @return false where the server has ended the wait
     */
    static boolean awaitCluster(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Not executeQuery: Connector/J takes the text for one that has no result.
            return statement.execute(BARRIER);
        } catch (SQLException e) {
            if (e.getErrorCode() == LOCK_WAIT_TIMEOUT) {
                return false;
            }
            throw e;
        }
    }
}
