package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Limits how long an answer is waited for, also of a server that sends none. */
final class NetworkTimeout {

    private NetworkTimeout() {}

    /**
     * Makes a call on a driver's connection, which is lost when an answer takes longer.
     *
     * @param limit replaces a longer limit that is in force
     */
    static <R extends @Nullable Object> R limit(Connection delegate, Duration limit, ServerCall<Connection, R> call)
            throws SQLException {
        int before = delegate.getNetworkTimeout();
        int millis = Math.toIntExact(limit.toMillis());
        delegate.setNetworkTimeout(Runnable::run, before > 0 ? Math.min(before, millis) : millis);
        try {
            return call.on(delegate);
        } finally {
            if (!delegate.isClosed()) {
                delegate.setNetworkTimeout(Runnable::run, before);
            }
        }
    }
}
