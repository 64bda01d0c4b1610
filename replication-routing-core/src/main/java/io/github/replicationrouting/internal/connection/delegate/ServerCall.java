package io.github.replicationrouting.internal.connection.delegate;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A call that may reach the server. */
@FunctionalInterface
public interface ServerCall<T, R extends @Nullable Object> {

    R on(T target) throws SQLException;
}
