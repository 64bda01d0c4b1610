package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** The SQL for settings of a session, which MySQL and MariaDB share but for the names of two variables. Immutable. */
final class SessionSql {

    private final String readOnly;
    private final String isolation;
    private final String select;

    /**
     * @param readOnly variable for whether new transactions are read-only
     * @param isolation variable for the isolation level
     */
    SessionSql(String readOnly, String isolation) {
        this.readOnly = readOnly;
        this.isolation = isolation;
        this.select = "SELECT @@session.autocommit, @@session." + readOnly + ", @@session." + isolation;
    }

    SessionSettings read(Connection connection) throws SQLException {
        return Statements.queryRow(
                connection,
                select,
                row -> new SessionSettings(row.getInt(1) != 0, row.getInt(2) != 0, levelOf(row.getString(3))));
    }

    /** Changes everything in one statement. */
    String set(SessionSettings.Change change) {
        StringBuilder sql = new StringBuilder("SET SESSION ");
        if (change.readOnly() != null) {
            sql.append(readOnly).append(change.readOnly() ? "=1," : "=0,");
        }
        if (change.isolation() != null) {
            sql.append(isolation)
                    .append("='")
                    .append(nameOf(change.isolation()))
                    .append("',");
        }
        if (change.autoCommit() != null) {
            sql.append(change.autoCommit() ? "autocommit=1," : "autocommit=0,");
        }
        sql.setLength(sql.length() - 1);
        return sql.toString();
    }

    private static String nameOf(int isolation) {
        return switch (isolation) {
            case Connection.TRANSACTION_READ_UNCOMMITTED -> "READ-UNCOMMITTED";
            case Connection.TRANSACTION_READ_COMMITTED -> "READ-COMMITTED";
            case Connection.TRANSACTION_REPEATABLE_READ -> "REPEATABLE-READ";
            case Connection.TRANSACTION_SERIALIZABLE -> "SERIALIZABLE";
            default -> throw new IllegalArgumentException("unknown isolation level " + isolation);
        };
    }

    private static int levelOf(String name) throws SQLException {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "READ-UNCOMMITTED" -> Connection.TRANSACTION_READ_UNCOMMITTED;
            case "READ-COMMITTED" -> Connection.TRANSACTION_READ_COMMITTED;
            case "REPEATABLE-READ" -> Connection.TRANSACTION_REPEATABLE_READ;
            case "SERIALIZABLE" -> Connection.TRANSACTION_SERIALIZABLE;
            default -> throw new SQLException("The server's isolation level is not known: " + name);
        };
    }
}
