package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.server.Server;
import io.github.replicationrouting.test.internal.sql.Account;
import io.github.replicationrouting.test.internal.sql.AdminSession;
import io.github.replicationrouting.test.internal.sql.ServerSql;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one node, and what the administrator executes and awaits there. Thread-safe. What the server
 * refuses becomes an {@link IllegalStateException} that names the node.
 */
public final class NodeSession implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private static final int SOCKET_TIMEOUT_MILLIS = 30_000;

    /** A query on the node. */
    interface Query<T> {

        T execute(AdminSession admin) throws SQLException;
    }

    private final String name;

    private final Server server;

    private final ServerSql sql;

    private final ClusterSettings settings;

    private final Supplier<String> state;

    private final AdminSession admin;

    /** @param state describes the node for error messages */
    public NodeSession(String name, Server server, ServerSql sql, ClusterSettings settings, Supplier<String> state) {
        this.name = name;
        this.server = server;
        this.sql = sql;
        this.settings = settings;
        this.state = state;
        this.admin = new AdminSession(this::connect);
    }

    /** Opens another connection of the administrator, directly to the server. */
    public Connection connect() throws SQLException {
        return sql.connect(server.address(), "", properties(sql.administrator()));
    }

    /** Opens a connection of the application's user. */
    public Connection connectApplication(String host, int port) throws SQLException {
        Properties properties = properties(settings.application());
        return sql.connect(InetSocketAddress.createUnresolved(host, port), settings.database(), properties);
    }

    private static Properties properties(Account account) {
        var properties = new Properties();
        properties.setProperty("user", account.name());
        properties.setProperty("password", account.password());
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_MILLIS));
        properties.setProperty("socketTimeout", Integer.toString(SOCKET_TIMEOUT_MILLIS));
        return properties;
    }

    public void execute(List<String> statements) {
        try {
            admin.execute(statements);
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /** Executes statements without the binary log, also where the server is read-only. */
    void executeUnlogged(List<String> statements, boolean readOnly) {
        execute(sql.beginUnlogged());
        try {
            execute(statements);
        } finally {
            execute(sql.endUnlogged(readOnly));
        }
    }

    List<Map<String, @Nullable String>> query(String statement) throws SQLException {
        return admin.query(statement);
    }

    String value(String statement) throws SQLException {
        return admin.value(statement);
    }

    /** Executes a query, for use where an {@link SQLException} means "not yet". */
    <T> T ask(Query<T> query) throws SQLException {
        return query.execute(admin);
    }

    <T> T get(Query<T> query) {
        try {
            return ask(query);
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /** Returns the number of statements of all other sessions since the server's start. */
    public long questions() {
        return (long) Double.parseDouble(get(session -> session.value(sql.questions())));
    }

    /** Kills a session of any user and waits until the server no longer lists it. */
    public void killSession(long connectionId) {
        execute(List.of("KILL " + connectionId));
        await("has ended session " + connectionId, () -> query(
                        "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = " + connectionId)
                .isEmpty());
    }

    /** Waits until a table of the cluster's database has this number of rows. */
    public void awaitRowCount(String table, long rows) {
        await("has %d rows in %s".formatted(rows, table), () -> hasTable(table) && rowCount(table) == rows);
    }

    private boolean hasTable(String table) throws SQLException {
        return !query("""
                        SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%s' AND TABLE_NAME = '%s'""".formatted(settings.database(), table)).isEmpty();
    }

    private long rowCount(String table) throws SQLException {
        return Long.parseLong(value("SELECT COUNT(*) FROM `%s`.`%s`".formatted(settings.database(), table)));
    }

    public void await(String what, Await.Condition condition) {
        await(settings.awaitTimeout(), what, condition);
    }

    void await(Duration timeout, String what, Await.Condition condition) {
        Await.until(timeout, name + " " + what, state, condition);
    }

    private IllegalStateException failed(SQLException ex) {
        return new IllegalStateException("%s: %s".formatted(name, ex.getMessage()), ex);
    }

    /** Closes the administrator's session; the next statement opens a new one. */
    @Override
    public void close() {
        admin.close();
    }
}
