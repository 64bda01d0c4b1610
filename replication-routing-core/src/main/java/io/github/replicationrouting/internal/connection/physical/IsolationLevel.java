package io.github.replicationrouting.internal.connection.physical;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The isolation levels that MySQL and MariaDB know, with JDBC's number and the servers' word. */
enum IsolationLevel {
    READ_UNCOMMITTED(Connection.TRANSACTION_READ_UNCOMMITTED, "READ-UNCOMMITTED"),
    READ_COMMITTED(Connection.TRANSACTION_READ_COMMITTED, "READ-COMMITTED"),
    REPEATABLE_READ(Connection.TRANSACTION_REPEATABLE_READ, "REPEATABLE-READ"),
    SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE, "SERIALIZABLE");

    private final int jdbc;
    private final String variable;

    IsolationLevel(int jdbc, String variable) {
        this.jdbc = jdbc;
        this.variable = variable;
    }

    int jdbc() {
        return jdbc;
    }

    String variable() {
        return variable;
    }

    /** The level with JDBC's number, or null where the servers have none. */
    static @Nullable IsolationLevel ofJdbc(int jdbc) {
        for (IsolationLevel level : values()) {
            if (level.jdbc == jdbc) {
                return level;
            }
        }
        return null;
    }

    static IsolationLevel ofVariable(String variable) throws SQLException {
        for (IsolationLevel level : values()) {
            if (level.variable.equalsIgnoreCase(variable)) {
                return level;
            }
        }
        throw new SQLException("Unknown isolation level of the server: " + variable);
    }
}
