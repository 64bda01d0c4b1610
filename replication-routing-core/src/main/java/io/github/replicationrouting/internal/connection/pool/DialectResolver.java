package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;

/** Determines which kind of server a new connection leads to, without asking it. */
@FunctionalInterface
public interface DialectResolver {

    /** Returns the dialect of the server behind {@code connection}. */
    ReplicationDialect dialectOf(Connection connection) throws SQLException;
}
