package io.github.replicationrouting.integration.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool of one connection to a database with a small table, and a journal of the outcomes of all calls on it. */
final class Trial implements AutoCloseable {

    private final Side side;
    private final Stack stack;
    private final String first;
    private final String second;
    private final Connection observer;
    private final List<String> journal = new ArrayList<>();

    /** A call with an outcome to record. */
    interface Call {
        @Nullable
        Object make() throws SQLException;
    }

    /** A call without one. */
    interface Action {
        void make() throws SQLException;
    }

    Trial(Side side, Stack stack, String first, String second) throws SQLException {
        this.side = side;
        this.stack = stack;
        this.first = first;
        this.second = second;
        this.observer = DriverManager.getConnection(
                stack.url(stack.primary(), first, ""),
                stack.cluster().username(),
                stack.cluster().password());
        try (Statement statement = observer.createStatement()) {
            for (String database : List.of(first, second)) {
                statement.execute("CREATE TABLE " + database
                        + ".t (id INT AUTO_INCREMENT PRIMARY KEY, v INT NOT NULL) ENGINE=InnoDB");
                statement.execute("CREATE PROCEDURE " + database + ".add_row(IN n INT)"
                        + " BEGIN INSERT INTO t (v) VALUES (n); SELECT n AS n; END");
            }
        }
    }

    List<String> play(Script script) throws SQLException {
        journal.clear();
        try (Statement statement = observer.createStatement()) {
            for (String database : List.of(first, second)) {
                statement.execute("TRUNCATE " + database + ".t");
                statement.execute("INSERT INTO " + database + ".t VALUES (1, 10), (2, 20), (3, 30)");
            }
        }
        script.play(this);
        others();
        try (Connection next = side.borrow()) {
            state(next);
            query(next, "SELECT id, v FROM t ORDER BY id");
            query(next, "SELECT @@autocommit, " + stack.transactionVariables() + ", DATABASE()");
            side.release(next);
        }
        return List.copyOf(journal);
    }

    Connection borrow() throws SQLException {
        return side.borrow();
    }

    /** Returns a connection in a read-only transaction at READ COMMITTED. */
    Connection borrowReadCommitted() throws SQLException {
        Connection connection = borrow();
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        return connection;
    }

    void release(Connection connection) {
        note("release", () -> side.release(connection));
    }

    Stack stack() {
        return stack;
    }

    String secondDatabase() {
        return second;
    }

    void note(String what, Call call) {
        String outcome;
        try {
            outcome = String.valueOf(call.make());
        } catch (SQLException e) {
            outcome = "failed " + e.getSQLState() + "/" + e.getErrorCode();
        }
        journal.add((what + ": " + outcome).replace(second, "SECOND").replace(first, "FIRST"));
    }

    void note(String what, Action action) {
        note(what, () -> {
            action.make();
            return "done";
        });
    }

    void update(Connection connection, String sql) {
        note(sql, () -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }

    void insert(Connection connection, int v) {
        update(connection, "INSERT INTO t (v) VALUES (" + v + ")");
    }

    void execute(PreparedStatement statement, int parameter) {
        note("execute prepared with " + parameter, () -> {
            statement.setInt(1, parameter);
            return statement.execute() ? read(statement.getResultSet()) : statement.getUpdateCount();
        });
    }

    void query(Connection connection, String sql) {
        note(sql, () -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                return read(rows);
            }
        });
    }

    void batch(Statement statement) {
        note("batch", () -> Arrays.toString(statement.executeBatch()));
    }

    void state(Connection connection) {
        note(
                "state",
                () -> connection.getAutoCommit() + " " + connection.isReadOnly() + " "
                        + connection.getTransactionIsolation() + " " + connection.getCatalog() + " "
                        + connection.isClosed());
    }

    /** Executes an update of the table in another session, which waits for no lock longer than a second. */
    void elsewhere(String sql) {
        note(sql, () -> {
            try (Statement statement = observer.createStatement()) {
                statement.execute("SET innodb_lock_wait_timeout = 1");
                return statement.executeUpdate(sql.replaceFirst("(?<=UPDATE |INTO )t\\b", first + ".t"));
            }
        });
    }

    /** Returns the committed data. */
    void others() {
        query(observer, "SELECT id, v FROM " + first + ".t ORDER BY id");
        query(observer, "SELECT id, v FROM " + second + ".t ORDER BY id");
    }

    static List<String> read(ResultSet rows) throws SQLException {
        List<String> all = new ArrayList<>();
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            StringBuilder row = new StringBuilder();
            for (int column = 1; column <= columns; column++) {
                row.append(column == 1 ? "" : ",").append(rows.getString(column));
            }
            all.add(row.toString());
        }
        return all;
    }

    @Override
    public void close() throws SQLException {
        observer.close();
        side.close();
    }
}
