package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Limits the statements of a retried transaction to what earlier attempts left of its timeout. */
final class RetryTimeout {

    private RetryTimeout() {}

    /** @throws SQLTimeoutException when no time is left to execute a statement */
    static void requireTimeLeft(Duration left) throws SQLTimeoutException {
        if (left.isNegative() || left.isZero()) {
            throw new SQLTimeoutException("The timeout of the transaction expired before this retry could complete");
        }
    }

    /** Executes a statement with what is left as its query timeout, unless it has a shorter one. */
    static <S extends Statement, R extends @Nullable Object> R within(
            Duration left, S statement, ServerCall<? super S, R> call) throws SQLException {
        int own = statement.getQueryTimeout();
        int seconds = (int) Math.min(Integer.MAX_VALUE, left.plusMillis(999).toSeconds());
        if (own > 0 && own <= seconds) {
            return call.on(statement);
        }
        statement.setQueryTimeout(seconds);
        try {
            return call.on(statement);
        } finally {
            restore(statement, own);
        }
    }

    /** A driver may cache prepared statements; none must keep the limit. */
    private static void restore(Statement statement, int timeout) throws SQLException {
        if (!statement.isClosed()) {
            statement.setQueryTimeout(timeout);
        }
    }
}
