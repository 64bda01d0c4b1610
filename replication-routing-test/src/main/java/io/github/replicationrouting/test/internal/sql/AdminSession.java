package io.github.replicationrouting.test.internal.sql;

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
 * The administrator's only session on a node. It is opened on demand and kept while the server lives, so that its
 * statements can be subtracted from those of the other sessions. Thread-safe.
 */
public final class AdminSession implements AutoCloseable {

    /** Opens a connection. */
    public interface Connector {
        Connection connect() throws SQLException;
    }

    private final Connector connector;

    private @Nullable Connection connection;

    public AdminSession(Connector connector) {
        this.connector = connector;
    }

    public synchronized void execute(List<String> statements) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException ex) {
            closeIfBroken(ex);
            throw ex;
        }
    }

    public synchronized List<Map<String, @Nullable String>> query(String sql) throws SQLException {
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

    /** Returns the value of a query with one row and one column; empty for NULL. */
    public String value(String sql) throws SQLException {
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
