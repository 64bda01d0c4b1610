package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.WriterSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Queries that the dialects of MySQL and MariaDB share. */
final class Statements {

    private static final int UNKNOWN_VARIABLE = 1193;
    private static final int UNKNOWN_TABLE = 1109;
    private static final int NO_SUCH_TABLE = 1146;
    private static final int TABLE_ACCESS_DENIED = 1142;
    private static final int SPECIFIC_ACCESS_DENIED = 1227;

    private Statements() {}

    /** Reads one result. */
    interface Reader<T extends @Nullable Object> {
        T read(ResultSet rows) throws SQLException;
    }

    static <T extends @Nullable Object> T query(Connection connection, String sql, Reader<T> reader)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return reader.read(rows);
        }
    }

    /** Does the same as {@link #query} for a result of exactly one row. */
    static <T extends @Nullable Object> T queryRow(Connection connection, String sql, Reader<T> reader)
            throws SQLException {
        return query(connection, sql, rows -> {
            if (!rows.next()) {
                throw new SQLException("The server returned no row for: " + sql);
            }
            return reader.read(rows);
        });
    }

    /** Does the same as {@link #query} for a result of one row or none. */
    static <T> @Nullable T queryFirst(Connection connection, String sql, Reader<T> reader) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? reader.read(rows) : null;
        }
    }

    /** Asks by the older name, which MariaDB kept, and the newer; null without the plugin. */
    static @Nullable Boolean semiSynchronous(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_%_status'")) {
            Boolean waits = null;
            while (rows.next()) {
                String name = rows.getString(1).toLowerCase(Locale.ROOT);
                if (name.contains("source") || name.contains("master")) {
                    waits = isOn(rows.getString(2));
                }
            }
            return waits;
        }
    }

    static Duration uptime(Connection connection) throws SQLException {
        return queryRow(connection, "SHOW GLOBAL STATUS LIKE 'Uptime'", row -> Duration.ofSeconds(row.getLong(2)));
    }

    /** Asks for the values of new sessions, not of this one, which may have others. */
    static WriterSettings writerSettings(Connection connection) throws SQLException {
        return queryRow(
                connection,
                "SELECT @@global.server_id, @@global.auto_increment_increment, @@global.auto_increment_offset",
                row -> new WriterSettings(row.getLong(1), row.getLong(2), row.getLong(3)));
    }

    static boolean isDenied(SQLException error) {
        return error.getErrorCode() == SPECIFIC_ACCESS_DENIED || error.getErrorCode() == TABLE_ACCESS_DENIED;
    }

    static boolean isUnknownVariable(SQLException error) {
        return error.getErrorCode() == UNKNOWN_VARIABLE;
    }

    static boolean isUnknownTable(SQLException error) {
        return error.getErrorCode() == UNKNOWN_TABLE || error.getErrorCode() == NO_SUCH_TABLE;
    }

    /** Returns the statement that gives the monitor's account a global privilege, without naming it. */
    static String grant(String privilege) {
        return "GRANT " + privilege + " ON *.* TO <account>";
    }

    /** Returns a time limit as the servers' functions take it. */
    static String seconds(Duration limit) {
        return String.format(Locale.ROOT, "%.3f", limit.toMillis() / 1000.0);
    }

    /** Returns whether a variable is on: a number, a text, or one of the finer degrees of newer servers. */
    static boolean isOn(@Nullable String value) {
        return value != null
                && !value.equals("0")
                && !value.toUpperCase(Locale.ROOT).equals("OFF");
    }

    /** Returns the leading numbers of a version string: {@code 9.7.4} of {@code 9.7.4-2}. */
    static String version(String productVersion) {
        int end = 0;
        while (end < productVersion.length()
                && (Character.isDigit(productVersion.charAt(end)) || productVersion.charAt(end) == '.')) {
            end++;
        }
        return end == 0 ? productVersion : productVersion.substring(0, end);
    }
}
