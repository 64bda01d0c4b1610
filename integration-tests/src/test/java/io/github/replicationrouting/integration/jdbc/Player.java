package io.github.replicationrouting.integration.jdbc;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a sequence on one side and returns the outcome of each. Which calls are omitted depends on the
 * sequence alone, so that two players do the same.
 */
final class Player implements AutoCloseable {

    private static final int[] ISOLATION = {
        Connection.TRANSACTION_READ_UNCOMMITTED,
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE,
        Connection.TRANSACTION_NONE,
        77
    };

    private static final String NOTHING = "-";

    private final Side side;
    private final Stack stack;
    private final String first;
    private final String second;
    private final boolean lazy;
    private final boolean believesItsOwnState;
    private final String variables;
    private final Connection observer;
    private @Nullable SQLException lastFailure;
    private final Slot[] slots = new Slot[JdbcCall.SLOTS];

    /** A connection to borrow, and the statements on it. */
    private static final class Slot {

        private @Nullable Connection connection;
        private final PreparedStatement[] prepared = new PreparedStatement[2];
        private final Deque<Savepoint> savepoints = new ArrayDeque<>();
        private @Nullable ResultSet updatable;
        private @Nullable ResultSet stream;
        private boolean autoCommit = true;
        private boolean readOnly;

        /** Whether the transaction may have begun read-only: drivers differ in the effect. */
        private boolean begunReadOnly;

        private boolean begunByText;

        /** Whether SQL text changed the session, which a plain pool would leave to the next user. */
        private boolean sessionChanged;
    }

    /**
     * @param first its first database
     * @param second its other database
     * @param lazy omits what an unconnected connection cannot refuse as the driver does: settings that do not exist,
     *     and the end of a transaction in auto-commit
     * @param believesItsOwnState omits what a driver does not notice if it assumes that SQL text changes no session
     * @param variables to ask the server for
     */
    Player(
            Side side,
            Stack stack,
            String first,
            String second,
            boolean lazy,
            boolean believesItsOwnState,
            String variables)
            throws SQLException {
        this.side = side;
        this.stack = stack;
        this.first = first;
        this.second = second;
        this.lazy = lazy;
        this.believesItsOwnState = believesItsOwnState;
        this.variables = variables;
        this.observer = DriverManager.getConnection(
                stack.url(stack.primary(), first, ""),
                stack.cluster().username(),
                stack.cluster().password());
        Arrays.setAll(slots, ignored -> new Slot());
    }

    /** Creates the tables and procedures that the calls need. */
    void createObjects() throws SQLException {
        try (Statement statement = observer.createStatement()) {
            for (String database : List.of(first, second)) {
                for (int slot = 0; slot < slots.length; slot++) {
                    statement.execute("CREATE TABLE " + database + ".t" + slot
                            + " (id INT AUTO_INCREMENT PRIMARY KEY, v INT NOT NULL) ENGINE=InnoDB");
                    statement.execute("CREATE PROCEDURE " + database + ".add" + slot + "(IN n INT, OUT total INT)"
                            + " BEGIN INSERT INTO t" + slot + " (v) VALUES (n);"
                            + " SELECT COUNT(*) INTO total FROM t" + slot + "; SELECT n AS n; END");
                }
            }
        }
    }

    /**
     * Brings all sequences to the same initial state. A number that both sides receive advances their auto-increment
     * equally: a statement that one driver refuses by itself has cost the other side a number.
     */
    void reset(int nextId) throws SQLException {
        try (Statement statement = observer.createStatement()) {
            for (String database : List.of(first, second)) {
                for (int slot = 0; slot < slots.length; slot++) {
                    statement.execute("DELETE FROM " + database + ".t" + slot);
                    statement.execute("INSERT INTO " + database + ".t" + slot + " VALUES (1, 10), (2, 20), (3, 30), ("
                            + nextId + ", 0)");
                    statement.execute("DELETE FROM " + database + ".t" + slot + " WHERE id = " + nextId);
                }
            }
        }
    }

    String play(JdbcCall call) {
        try {
            return String.valueOf(make(call, slots[call.slot()]))
                    .replace(second, "SECOND")
                    .replace(first, "FIRST");
        } catch (SQLException e) {
            lastFailure = e;
            forgetWhatIsEvicted(slots[call.slot()]);
            return "failed " + e.getSQLState() + "/" + e.getErrorCode();
        }
    }

    /** Returns the last failure in full, for messages. */
    @Nullable
    SQLException lastFailure() {
        return lastFailure;
    }

    /** Returns all borrowed connections. */
    String end() {
        StringBuilder all = new StringBuilder();
        for (int slot = 0; slot < slots.length; slot++) {
            all.append(play(new JdbcCall(JdbcCall.Kind.RELEASE, slot, 0))).append(' ');
        }
        return all.append(play(new JdbcCall(JdbcCall.Kind.BORROW, 0, 0)))
                .append(' ')
                .append(play(new JdbcCall(JdbcCall.Kind.ASK_STATE, 0, 0)))
                .append(' ')
                .append(play(new JdbcCall(JdbcCall.Kind.ASK_SERVER, 0, 0)))
                .append(' ')
                .append(play(new JdbcCall(JdbcCall.Kind.RELEASE, 0, 0)))
                .toString();
    }

    private @Nullable Object make(JdbcCall call, Slot slot) throws SQLException {
        if (call.kind() == JdbcCall.Kind.BORROW) {
            if (slot.connection == null) {
                slot.connection = side.borrow();
                return "borrowed";
            }
            return NOTHING;
        }
        Connection connection = slot.connection;
        if (connection == null || (slot.begunReadOnly && refusedInReadOnly(call))) {
            return NOTHING;
        }
        if (stack.isConnectorJ() && usesPrepared(slot, call)) {
            // It sends statements for server-side cursors between the rows of a stream, and then waits forever.
            closeStream(slot);
        }
        String table = "t" + call.slot();
        int choice = call.choice();
        return switch (call.kind()) {
            case BORROW -> NOTHING;
            case RELEASE -> release(slot, connection);
            case SET_AUTO_COMMIT -> setAutoCommit(slot, connection, choice % 2 == 0);
            case SET_READ_ONLY -> slot.begunByText ? NOTHING : setReadOnly(slot, connection, choice % 2 == 0);
            case SET_ISOLATION -> {
                closeStreamBeforeSetting(slot);
                connection.setTransactionIsolation(ISOLATION[choice % (lazy ? 4 : ISOLATION.length)]);
                yield "isolation";
            }
            case SET_CATALOG -> {
                closeStreamBeforeSetting(slot);
                connection.setCatalog(choice % 5 == 0 && !lazy ? "no_such_database" : choice % 2 == 0 ? first : second);
                yield "catalog";
            }
            case ASK_STATE -> {
                closeStreamBeforeSetting(slot);
                // Once SQL text has changed them, drivers and pools answer from memory.
                yield connection.getAutoCommit() + " " + connection.isReadOnly() + " " + connection.isClosed()
                        + (slot.sessionChanged
                                ? ""
                                : " " + connection.getTransactionIsolation() + " " + connection.getCatalog());
            }
            case ASK_SERVER -> query(connection, "SELECT @@autocommit, " + variables + ", DATABASE()");
            case COMMIT -> end(slot, connection, true);
            case ROLLBACK -> end(slot, connection, false);
            case INSERT -> update(connection, "INSERT INTO " + table + " (v) VALUES (" + choice + ")");
            case UPDATE -> update(connection, "UPDATE " + table + " SET v = v + 1 WHERE id = " + (1 + choice % 5));
            case DELETE -> update(connection, "DELETE FROM " + table + " WHERE id = " + (1 + choice % 5));
            case SELECT -> query(connection, "SELECT id, v FROM " + table + " ORDER BY id");
            case SYNTAX_ERROR -> update(connection, "SELEC 1");
            case DUPLICATE_KEY -> update(connection, "INSERT INTO " + table + " VALUES (2, 1)");
            case GENERATED_KEYS -> generatedKeys(connection, table, choice);
            case BATCH -> batch(connection, table, choice);
            case PREPARE -> prepare(slot, connection, table, choice);
            case EXECUTE_PREPARED -> executePrepared(slot.prepared[choice % 2], choice);
            case PREPARED_BATCH -> preparedBatch(slot.prepared[choice % 2], choice);
            case DESCRIBE_PREPARED -> describe(slot.prepared[choice % 2]);
            case CLOSE_PREPARED -> {
                PreparedStatement statement = slot.prepared[choice % 2];
                if (statement != null) {
                    statement.close();
                }
                yield "closed";
            }
            case SAVEPOINT -> {
                slot.savepoints.push(
                        choice % 2 == 0 ? connection.setSavepoint() : connection.setSavepoint("s" + choice % 3));
                yield "savepoint";
            }
            case ROLLBACK_TO_SAVEPOINT -> {
                if (slot.savepoints.isEmpty()) {
                    yield NOTHING;
                }
                connection.rollback(slot.savepoints.peek());
                yield "rolled back to savepoint";
            }
            case RELEASE_SAVEPOINT -> {
                if (slot.savepoints.isEmpty()) {
                    yield NOTHING;
                }
                connection.releaseSavepoint(slot.savepoints.pop());
                yield "released";
            }
            case OPEN_UPDATABLE -> openUpdatable(slot, connection, table);
            case UPDATE_ROW -> updateRow(slot.updatable, choice);
            case INSERT_ROW -> insertRow(slot.updatable, choice);
            case DELETE_ROW -> deleteRow(slot.updatable);
            case STREAM -> stream(slot, connection, table);
            case READ_STREAM ->
                slot.stream == null ? NOTHING : slot.stream.next() ? "row " + slot.stream.getInt(1) : "end";
            case CLOSE_STREAM -> closeStream(slot);
            case CALL -> call(connection, call.slot(), choice);
            case CALL_WITH_RESULT -> callWithResult(connection, call.slot(), choice);
            case METADATA -> metadata(connection, table);
            // Connector/J mixes the answer to its ping with the rows of a stream.
            case IS_VALID -> slot.stream != null || connection.isValid(5);
            case IMPLICIT_COMMIT ->
                update(
                        connection,
                        (choice % 2 == 0 ? "CREATE TABLE IF NOT EXISTS x" : "DROP TABLE IF EXISTS x")
                                + call.slot()
                                + (choice % 2 == 0 ? " (i INT)" : ""));
            case TEXT_BEGIN -> {
                String result = update(connection, "BEGIN");
                slot.begunByText = true;
                yield result;
            }
            case TEXT_COMMIT -> update(connection, "COMMIT") + seenByOthers();
            case TEXT_ROLLBACK -> update(connection, "ROLLBACK") + seenByOthers();
            case TEXT_ISOLATION ->
                believesItsOwnState
                        ? NOTHING
                        : change(
                                slot,
                                connection,
                                "SET SESSION TRANSACTION ISOLATION LEVEL "
                                        + (choice % 2 == 0 ? "READ COMMITTED" : "SERIALIZABLE"));
            case TEXT_CATALOG ->
                believesItsOwnState ? NOTHING : change(slot, connection, "USE " + (choice % 2 == 0 ? first : second));
            case TEXT_SETTING -> change(slot, connection, "SET time_zone = '+0" + choice % 9 + ":00'");
            case TEXT_VARIABLE -> change(slot, connection, "SET @played = " + choice);
            case ASK_SESSION ->
                query(connection, "SELECT @@time_zone, @played, DATABASE(), " + variables + ", " + choice);
        };
    }

    private static boolean usesPrepared(Slot slot, JdbcCall call) {
        return switch (call.kind()) {
            case PREPARE, EXECUTE_PREPARED, PREPARED_BATCH, DESCRIBE_PREPARED, CLOSE_PREPARED, CALL, CALL_WITH_RESULT ->
                true;
            case RELEASE -> slot.prepared[0] != null || slot.prepared[1] != null;
            default -> false;
        };
    }

    /** Returns whether a call changes data, or Connector/J assumes so. */
    private static boolean refusedInReadOnly(JdbcCall call) {
        return switch (call.kind()) {
            case INSERT,
                    UPDATE,
                    DELETE,
                    SYNTAX_ERROR,
                    DUPLICATE_KEY,
                    GENERATED_KEYS,
                    BATCH,
                    EXECUTE_PREPARED,
                    PREPARED_BATCH,
                    DESCRIBE_PREPARED,
                    UPDATE_ROW,
                    INSERT_ROW,
                    DELETE_ROW,
                    CALL,
                    CALL_WITH_RESULT,
                    IMPLICIT_COMMIT,
                    TEXT_BEGIN,
                    TEXT_COMMIT,
                    TEXT_ROLLBACK,
                    SAVEPOINT,
                    ROLLBACK_TO_SAVEPOINT,
                    RELEASE_SAVEPOINT -> true;
            default -> false;
        };
    }

    private String release(Slot slot, Connection connection) throws SQLException {
        if (slot.begunByText) {
            // Left open, plain pools hand it to the next user; the router does not: that has its own test.
            closeStream(slot);
            try {
                update(connection, "ROLLBACK");
            } catch (SQLException e) {
                // The connection was evicted.
            }
        }
        forget(slot);
        if (slot.sessionChanged) {
            closeStream(slot);
            side.discard(connection);
        } else {
            side.release(connection);
        }
        return "released" + seenByOthers();
    }

    /** A pool closes an evicted connection asynchronously, and until then the driver still answers. */
    private static void forgetWhatIsEvicted(Slot slot) {
        try {
            if (slot.connection != null && slot.connection.isClosed()) {
                Arrays.fill(slot.prepared, null);
                slot.updatable = null;
                slot.stream = null;
                slot.savepoints.clear();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void forget(Slot slot) {
        slots[slot == slots[0] ? 0 : 1] = new Slot();
    }

    private String setAutoCommit(Slot slot, Connection connection, boolean autoCommit) throws SQLException {
        closeStreamBeforeSetting(slot);
        connection.setAutoCommit(autoCommit);
        if (autoCommit && !slot.autoCommit) {
            slot.begunReadOnly = slot.readOnly;
        }
        slot.autoCommit = autoCommit;
        return "auto-commit " + autoCommit + seenByOthers();
    }

    private String setReadOnly(Slot slot, Connection connection, boolean readOnly) throws SQLException {
        closeStreamBeforeSetting(slot);
        connection.setReadOnly(readOnly);
        slot.readOnly = readOnly;
        slot.begunReadOnly |= readOnly;
        if (slot.autoCommit) {
            slot.begunReadOnly = readOnly;
        }
        return "read-only " + readOnly;
    }

    private String end(Slot slot, Connection connection, boolean commit) throws SQLException {
        if (slot.autoCommit && lazy) {
            return NOTHING;
        }
        if (commit) {
            connection.commit();
        } else {
            connection.rollback();
        }
        slot.begunReadOnly = slot.readOnly;
        return (commit ? "committed" : "rolled back") + seenByOthers();
    }

    /** Connector/J sends settings and queries, and so refuses them while rows are streamed; elided ones pass. */
    private void closeStreamBeforeSetting(Slot slot) throws SQLException {
        if (stack.isConnectorJ()) {
            closeStream(slot);
        }
    }

    private static String update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return "updated " + statement.executeUpdate(sql);
        }
    }

    private static String change(Slot slot, Connection connection, String sql) throws SQLException {
        slot.sessionChanged = true;
        // Connector/J treats each update as a write.
        try (Statement statement = connection.createStatement()) {
            return "executed " + statement.execute(sql);
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return read(rows);
        }
    }

    private static String read(ResultSet rows) throws SQLException {
        List<String> all = new ArrayList<>();
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            StringBuilder row = new StringBuilder();
            for (int column = 1; column <= columns; column++) {
                row.append(column == 1 ? "" : ",").append(rows.getString(column));
            }
            all.add(row.toString());
        }
        return all.toString();
    }

    private static String generatedKeys(Connection connection, String table, int choice) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO " + table + " (v) VALUES (" + choice + ")", Statement.RETURN_GENERATED_KEYS);
            try (ResultSet keys = statement.getGeneratedKeys()) {
                return "keys " + read(keys) + " " + query(connection, "SELECT LAST_INSERT_ID()");
            }
        }
    }

    private static String batch(Connection connection, String table, int choice) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO " + table + " (v) VALUES (" + choice + ")");
            statement.addBatch(
                    choice % 3 == 0
                            ? "INSERT INTO " + table + " VALUES (1, 1)"
                            : "UPDATE " + table + " SET v = 0 WHERE id = 1");
            statement.addBatch("INSERT INTO " + table + " (v) VALUES (" + -choice + ")");
            return "batch " + Arrays.toString(statement.executeBatch());
        }
    }

    private static String prepare(Slot slot, Connection connection, String table, int choice) throws SQLException {
        String sql =
                switch (choice / 2 % 3) {
                    case 0 -> "INSERT INTO " + table + " (v) VALUES (?)";
                    case 1 -> "SELECT id, v FROM " + table + " WHERE v <> ? ORDER BY id";
                    default -> "UPDATE " + table + " SET v = ? WHERE id = 2";
                };
        PreparedStatement old = slot.prepared[choice % 2];
        slot.prepared[choice % 2] = connection.prepareStatement(sql);
        if (old != null) {
            old.close();
        }
        return "prepared";
    }

    private static String executePrepared(@Nullable PreparedStatement statement, int choice) throws SQLException {
        if (statement == null) {
            return NOTHING;
        }
        statement.setInt(1, choice);
        if (statement.execute()) {
            try (ResultSet rows = statement.getResultSet()) {
                return read(rows);
            }
        }
        return "updated " + statement.getUpdateCount();
    }

    private static String preparedBatch(@Nullable PreparedStatement statement, int choice) throws SQLException {
        if (statement == null) {
            return NOTHING;
        }
        for (int i = 0; i < 3; i++) {
            statement.setInt(1, choice + i);
            statement.addBatch();
        }
        try {
            return "batch " + Arrays.toString(statement.executeBatch());
        } finally {
            statement.clearBatch();
        }
    }

    private static String describe(@Nullable PreparedStatement statement) throws SQLException {
        return statement == null
                ? NOTHING
                : "parameters " + statement.getParameterMetaData().getParameterCount();
    }

    private static String openUpdatable(Slot slot, Connection connection, String table) throws SQLException {
        if (slot.updatable != null) {
            slot.updatable.close();
        }
        slot.updatable = connection
                .createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)
                .executeQuery("SELECT id, v FROM " + table + " ORDER BY id");
        return "opened";
    }

    private static String updateRow(@Nullable ResultSet rows, int choice) throws SQLException {
        if (rows == null || !rows.first()) {
            return NOTHING;
        }
        rows.updateInt(2, choice);
        rows.updateRow();
        return "updated row";
    }

    private static String insertRow(@Nullable ResultSet rows, int choice) throws SQLException {
        if (rows == null) {
            return NOTHING;
        }
        rows.moveToInsertRow();
        rows.updateInt(1, 1_000 + choice);
        rows.updateInt(2, choice);
        try {
            rows.insertRow();
        } finally {
            rows.moveToCurrentRow();
        }
        return "inserted row";
    }

    private static String deleteRow(@Nullable ResultSet rows) throws SQLException {
        if (rows == null || !rows.last()) {
            return NOTHING;
        }
        rows.deleteRow();
        return "deleted row";
    }

    private String stream(Slot slot, Connection connection, String table) throws SQLException {
        closeStream(slot);
        Statement statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        statement.setFetchSize(stack.isConnectorJ() ? Integer.MIN_VALUE : 1);
        slot.stream = statement.executeQuery("SELECT id, v FROM " + table + " ORDER BY id");
        return "streaming";
    }

    private static String closeStream(Slot slot) throws SQLException {
        if (slot.stream == null) {
            return NOTHING;
        }
        Statement statement = slot.stream.getStatement();
        slot.stream.close();
        statement.close();
        slot.stream = null;
        return "closed";
    }

    private static String call(Connection connection, int slot, int choice) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{call add" + slot + "(?, ?)}")) {
            call.setInt(1, choice);
            call.registerOutParameter(2, Types.INTEGER);
            call.execute();
            return "called";
        }
    }

    private static String callWithResult(Connection connection, int slot, int choice) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{call add" + slot + "(?, ?)}")) {
            call.setInt(1, choice);
            call.registerOutParameter(2, Types.INTEGER);
            StringBuilder result = new StringBuilder();
            if (call.execute()) {
                try (ResultSet rows = call.getResultSet()) {
                    result.append(read(rows));
                }
            }
            return result.append(" total ").append(call.getInt(2)).toString();
        }
    }

    private static String metadata(Connection connection, String table) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getColumns(connection.getCatalog(), null, table, "%")) {
            int columns = 0;
            while (tables.next()) {
                columns++;
            }
            return "columns " + columns;
        }
    }

    /** Returns the committed data. */
    private String seenByOthers() throws SQLException {
        StringBuilder all = new StringBuilder(" others see");
        for (String database : List.of(first, second)) {
            for (int slot = 0; slot < slots.length; slot++) {
                all.append(' ').append(query(observer, "SELECT id, v FROM " + database + ".t" + slot + " ORDER BY id"));
            }
        }
        return all.toString();
    }

    @Override
    public void close() throws SQLException {
        observer.close();
        side.close();
    }
}
