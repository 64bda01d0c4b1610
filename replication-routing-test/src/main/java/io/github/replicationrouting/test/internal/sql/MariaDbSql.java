package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements of MariaDB for a primary and replicas.
 */
public final class MariaDbSql extends MariaDbServerSql implements ReplicationSql {

    public MariaDbSql() {
        super(new Account("root", ""));
    }

    @Override
    public List<String> resetHistory() {
        return List.of("RESET MASTER", "SET GLOBAL gtid_slave_pos = ''");
    }

    @Override
    public List<String> replicateFrom(InetSocketAddress source, Account replication, String logPosition) {
        return List.of(
                "STOP SLAVE",
                // Without ALL the replica keeps its source configuration, so that a probe always sees a replica.
                "RESET SLAVE",
                // What a former primary wrote itself is a part of what it has executed.
                "SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_current_pos",
                """
                CHANGE MASTER TO MASTER_HOST = '%s', MASTER_PORT = %d, MASTER_USER = '%s', MASTER_PASSWORD = '%s', \
                MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1, MASTER_SSL = 0, MASTER_DELAY = 0""".formatted(source.getHostString(), source.getPort(), replication.name(), replication.password()),
                "START SLAVE");
    }

    @Override
    public String logPosition(AdminSession admin) {
        return "";
    }

    @Override
    public List<String> removeSource() {
        return List.of("STOP SLAVE", "RESET SLAVE ALL");
    }

    @Override
    public List<String> delayApplier(long seconds) {
        return List.of("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY = " + seconds, "START SLAVE");
    }

    @Override
    public List<String> startReceiver() {
        return List.of("START SLAVE IO_THREAD");
    }

    @Override
    public List<String> stopReceiver() {
        return List.of("STOP SLAVE IO_THREAD");
    }

    // Not needed: MariaDB's applier rolls back an incomplete transaction and stops immediately.
    @Override
    public boolean hasPartialTransaction(AdminSession admin) {
        return false;
    }

    @Override
    public String lastReceivedTransaction(AdminSession admin) throws SQLException {
        return Objects.requireNonNullElse(
                admin.query("SHOW ALL SLAVES STATUS").get(0).get("Gtid_IO_Pos"), "");
    }

    @Override
    public List<String> startApplier() {
        return List.of("START SLAVE SQL_THREAD");
    }

    @Override
    public List<String> stopApplier() {
        return List.of("STOP SLAVE SQL_THREAD");
    }

    @Override
    public String position(AdminSession admin, boolean replica) throws SQLException {
        return admin.value(replica ? "SELECT @@GLOBAL.gtid_slave_pos" : "SELECT @@GLOBAL.gtid_binlog_pos");
    }

    @Override
    public boolean contains(AdminSession admin, String executed, String position) {
        return contains(sequences(executed, false), sequences(position, false));
    }

    @Override
    public boolean isAheadOf(AdminSession admin, AdminSession other) throws SQLException {
        String state = "SELECT @@GLOBAL.gtid_binlog_state";
        // In this order: a transaction that is committed and replicated in between is on both.
        String own = admin.value(state);
        return !contains(sequences(other.value(state), true), sequences(own, true));
    }

    @Override
    public boolean hasAppliedReceived(AdminSession admin) throws SQLException {
        List<Map<String, @Nullable String>> rows = admin.query("SHOW ALL SLAVES STATUS");
        String received = rows.isEmpty() ? null : rows.get(0).get("Gtid_IO_Pos");
        return received == null || contains(admin, position(admin, true), received);
    }

    @Override
    public Optional<ReplicationStatus> status(AdminSession admin) throws SQLException {
        return admin.query("SHOW ALL SLAVES STATUS").stream()
                .findFirst()
                .map(row -> ReplicationStatus.of(
                        row.get("Slave_IO_Running"),
                        row.get("Last_IO_Error"),
                        row.get("Slave_SQL_Running"),
                        row.get("Last_SQL_Error")));
    }

    /** Returns the highest sequence number per domain, or per domain and server. */
    private static Map<String, Long> sequences(String position, boolean perServer) {
        Map<String, Long> sequences = new HashMap<>();
        for (String gtid : position.split(",", -1)) {
            int first = gtid.indexOf('-');
            int last = gtid.lastIndexOf('-');
            if (first > 0) {
                String key = gtid.substring(0, perServer ? last : first).strip();
                sequences.merge(key, Long.parseLong(gtid.substring(last + 1).strip()), Long::max);
            }
        }
        return sequences;
    }

    private static boolean contains(Map<String, Long> executed, Map<String, Long> position) {
        return position.entrySet().stream()
                .allMatch(entry -> executed.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
    }
}
