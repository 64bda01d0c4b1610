package io.github.replicationrouting.internal.connection.logical;

import java.sql.SQLException;
import java.util.Set;

/** Classifies why a pool gave no connection. */
final class PoolFailure {

    /** ER_SERVER_SHUTDOWN, and ER_SERVER_OFFLINE_MODE. */
    private static final Set<Integer> GOING_DOWN = Set.of(1053, 3032);

    private PoolFailure() {}

    /** Whether all connections are in use, which a pool reports without a cause: overload is no reason to go elsewhere. */
    static boolean isExhausted(SQLException e) {
        return e.getCause() == null && e.getNextException() == null;
    }

    /** Whether the network or a server that is going down is the cause. */
    static boolean isUnreachable(SQLException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && (GOING_DOWN.contains(sql.getErrorCode())
                            || (sql.getErrorCode() <= 0
                                    && sql.getSQLState() != null
                                    && sql.getSQLState().startsWith("08")))) {
                return true;
            }
        }
        return false;
    }
}
