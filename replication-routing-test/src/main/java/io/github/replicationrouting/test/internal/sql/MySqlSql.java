package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements of MySQL 8.4 and later for a primary and replicas with GTIDs.
 */
public class MySqlSql extends MySqlServerSql implements ReplicationSql {

    public MySqlSql(Account administrator) {
        super(administrator);
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
}
