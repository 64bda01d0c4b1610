package io.github.replicationrouting.test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The administrator's one session on a node: opened when needed, kept while the server lives, so that the statements it
 * sends can be told from everybody else's. Thread-safe.
 */
final class AdminSession implements AutoCloseable {

    /** Opens a connection. */
    interface Connector {
        Connection connect() throws SQLException;
    }

    private final Connector connector;

    private @Nullable Connection connection;

    AdminSession(Connector connector) {
        this.connector = connector;
    }

    synchronized void execute(List<String> statements) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException ex) {
            closeIfBroken(ex);
            throw ex;
        }
    }

    synchronized List<Map<String, @Nullable String>> query(String sql) throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            ResultSetMetaData columns = rows.getMetaData();
            List<Map<String, @Nullable String>> result = new ArrayList<>();
            while (rows.next()) {
                Map<String, @Nullable String> row = new HashMap<>();
                for (int column = 1; column <= columns.getColumnCount(); column++) {
                    row.put(columns.getColumnLabel(column), rows.getString(column));
                }
                result.add(row);
            }
            return result;
        } catch (SQLException ex) {
            closeIfBroken(ex);
            throw ex;
        }
    }

    /** The one value of a query with one row and one column; empty for NULL. */
    String value(String sql) throws SQLException {
        String value = query(sql).get(0).values().iterator().next();
        return value == null ? "" : value;
    }

    private Connection connection() throws SQLException {
        if (connection == null || connection.isClosed()) {
            connection = connector.connect();
        }
        return connection;
    }

    private void closeIfBroken(SQLException ex) {
        String state = ex.getSQLState();
        if (state == null || state.startsWith("08")) {
            close();
        }
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException ex) {
                // A connection to a dead server: it is closed either way.
            }
            connection = null;
        }
    }
}
