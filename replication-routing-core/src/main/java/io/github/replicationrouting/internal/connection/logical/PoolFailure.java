package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.ServerRefusal;
import java.sql.SQLException;

/** Classifies why a pool gave no connection. */
final class PoolFailure {

    private PoolFailure() {}

    /**
     * Whether all connections are in use, which a pool reports without a cause: overload is no reason to go elsewhere.
     */
    static boolean isExhausted(SQLException e) {
        return e.getCause() == null && e.getNextException() == null;
    }

    /** Whether the network or a server that is going down is the cause. */
    static boolean isUnreachable(SQLException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && (isOfNetwork(sql) || isOfServerGoingDown(sql))) {
                return true;
            }
        }
        return false;
    }

    /** A server that answers has an error number. */
    private static boolean isOfNetwork(SQLException error) {
        return error.getErrorCode() <= 0
                && error.getSQLState() != null
                && error.getSQLState().startsWith("08");
    }

    private static boolean isOfServerGoingDown(SQLException error) {
        ServerRefusal refusal = Dialects.standard().refusal(error);
        return refusal != null && refusal.kind() == ServerRefusal.Kind.GOING_DOWN;
    }
}
