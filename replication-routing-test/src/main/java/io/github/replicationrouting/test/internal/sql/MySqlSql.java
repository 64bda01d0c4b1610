package io.github.replicationrouting.test.internal.sql;

import com.mysql.cj.jdbc.Driver;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The statements of MySQL 8.4 and later with GTIDs.
 */
public class MySqlSql implements ReplicationSql {

    private final Driver driver;

    private final Account administrator;

    public MySqlSql(Account administrator) {
        this.administrator = administrator;
        try {
            this.driver = new Driver();
        } catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public Connection connect(InetSocketAddress address, String database, Properties properties) throws SQLException {
        Connection connection =
                driver.connect(connectorJUrl(address.getHostString(), address.getPort(), database), properties);
        if (connection == null) {
            throw new SQLException("Connector/J does not accept its own URL");
        }
        return connection;
    }

    // Without TLS, whose handshake is slow, the server's authentication needs its public key.
    @Override
    public String connectorJUrl(String host, int port, String database) {
        return "jdbc:mysql://%s:%d/%s?sslMode=DISABLED&allowPublicKeyRetrieval=true".formatted(host, port, database);
    }

    @Override
    public String mariaDbUrl(String host, int port, String database) {
        return "jdbc:mariadb://%s:%d/%s?allowPublicKeyRetrieval=true".formatted(host, port, database);
    }

    @Override
    public Account administrator() {
        return administrator;
    }

    @Override
    public List<String> createUsers(Account application, Account monitor, Account replication, String database) {
        return List.of(
                create(application),
                create(monitor),
                create(replication),
                "GRANT ALL ON `%s`.* TO '%s'@'%%'".formatted(database, application.name()),
                "GRANT REPLICATION SLAVE ON *.* TO '%s'@'%%'".formatted(replication.name()));
    }

    private static String create(Account account) {
        return "CREATE USER '%s'@'%%' IDENTIFIED BY '%s'".formatted(account.name(), account.password());
    }

    @Override
    public List<String> grantMonitoring(String user) {
        return List.of("GRANT REPLICATION CLIENT ON *.* TO '%s'@'%%'".formatted(user));
    }

    @Override
    public List<String> revokeMonitoring(String user) {
        return List.of("REVOKE REPLICATION CLIENT ON *.* FROM '%s'@'%%'".formatted(user));
    }

    // read_only stays on, so that only the administrator can write.
    @Override
    public List<String> beginUnlogged() {
        return List.of("SET SESSION sql_log_bin = 0", "SET GLOBAL super_read_only = OFF");
    }

    @Override
    public List<String> endUnlogged(boolean readOnly) {
        String logged = "SET SESSION sql_log_bin = 1";
        return readOnly ? List.of("SET GLOBAL super_read_only = ON", logged) : List.of(logged);
    }

    @Override
    public List<String> resetHistory() {
        return List.of("RESET BINARY LOGS AND GTIDS");
    }

    @Override
    public List<String> replicateFrom(InetSocketAddress source, Account replication, String logPosition) {
        return changeSource(source, replication, "SOURCE_AUTO_POSITION = 1");
    }

    /** @param startOption the option for the position to start at */
    static List<String> changeSource(InetSocketAddress source, Account replication, String startOption) {
        return List.of(
                "STOP REPLICA",
                // Without ALL the replica keeps its source configuration, so that a probe always sees a replica.
                "RESET REPLICA",
                """
                CHANGE REPLICATION SOURCE TO SOURCE_HOST = '%s', SOURCE_PORT = %d, SOURCE_USER = '%s', \
                SOURCE_PASSWORD = '%s', %s, GET_SOURCE_PUBLIC_KEY = 1, \
                SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 100000, SOURCE_HEARTBEAT_PERIOD = 1, \
                SOURCE_DELAY = 0""".formatted(
                                source.getHostString(),
                                source.getPort(),
                                replication.name(),
                                replication.password(),
                                startOption),
                "START REPLICA");
    }

    @Override
    public String logPosition(AdminSession admin) throws SQLException {
        return "";
    }

    @Override
    public List<String> removeSource() {
        return List.of("STOP REPLICA", "RESET REPLICA ALL");
    }

    // Persisted, so that a server keeps its role over a restart.
    @Override
    public List<String> readOnly(boolean readOnly) {
        return readOnly
                ? List.of("SET PERSIST read_only = ON", "SET PERSIST super_read_only = ON")
                : List.of("SET PERSIST super_read_only = OFF", "SET PERSIST read_only = OFF");
    }

    @Override
    public List<String> delayApplier(long seconds) {
        return List.of(
                "STOP REPLICA SQL_THREAD",
                "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = " + seconds,
                "START REPLICA SQL_THREAD");
    }

    @Override
    public List<String> startReceiver() {
        return List.of("START REPLICA IO_THREAD");
    }

    @Override
    public List<String> stopReceiver() {
        return List.of("STOP REPLICA IO_THREAD");
    }

    @Override
    public boolean hasPartialTransaction(AdminSession admin) throws SQLException {
        return !admin.query("""
                        SELECT 1 FROM performance_schema.replication_connection_status
                        WHERE QUEUEING_TRANSACTION <> ''""").isEmpty();
    }

    @Override
    public String lastReceivedTransaction(AdminSession admin) throws SQLException {
        return admin.value("""
                SELECT LAST_QUEUED_TRANSACTION_END_QUEUE_TIMESTAMP
                FROM performance_schema.replication_connection_status""");
    }

    @Override
    public List<String> startApplier() {
        return List.of("START REPLICA SQL_THREAD");
    }

    @Override
    public List<String> stopApplier() {
        return List.of("STOP REPLICA SQL_THREAD");
    }

    @Override
    public String position(AdminSession admin, boolean replica) throws SQLException {
        return admin.value("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')");
    }

    @Override
    public boolean contains(AdminSession admin, String executed, String position) throws SQLException {
        return admin.value("SELECT GTID_SUBSET('%s', '%s')".formatted(position, executed))
                .equals("1");
    }

    @Override
    public boolean isAheadOf(AdminSession admin, AdminSession other) throws SQLException {
        // In this order: a transaction that is committed and replicated in between is on both.
        String own = position(admin, false);
        return !contains(admin, position(other, false), own);
    }

    @Override
    public boolean hasAppliedReceived(AdminSession admin) throws SQLException {
        return admin.query("""
                        SELECT 1 FROM performance_schema.replication_connection_status
                        WHERE NOT GTID_SUBSET(RECEIVED_TRANSACTION_SET, @@GLOBAL.gtid_executed)""").isEmpty();
    }

    @Override
    public Optional<ReplicationStatus> status(AdminSession admin) throws SQLException {
        List<Map<String, @Nullable String>> rows = admin.query("SHOW REPLICA STATUS");
        return rows.stream()
                .findFirst()
                .map(row -> ReplicationStatus.of(
                        row.get("Replica_IO_Running"),
                        row.get("Last_IO_Error"),
                        row.get("Replica_SQL_Running"),
                        row.get("Last_SQL_Error")));
    }

    @Override
    public String questions() {
        return """
                SELECT (SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Questions')
                     - (SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Questions')""";
    }
}
