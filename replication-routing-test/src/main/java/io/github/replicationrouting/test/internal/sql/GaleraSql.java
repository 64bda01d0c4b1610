package io.github.replicationrouting.test.internal.sql;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statements of a Galera cluster of MariaDB. A position is the cluster's state UUID and the number of the last
 * write set, as {@code 0f6e...:42}.
 */
public final class GaleraSql extends MariaDbServerSql implements GroupSql {

    private static final String SYNCED = "4";

    public GaleraSql(Account administrator) {
        super(administrator);
    }

    @Override
    public GroupState state(AdminSession admin) throws SQLException {
        Map<String, String> status = status(admin);
        String component = status.getOrDefault("wsrep_cluster_status", "");
        String state = status.getOrDefault("wsrep_local_state", "");
        return new GroupState(
                "%s %s".formatted(component, status.getOrDefault("wsrep_local_state_comment", "")),
                component.equals("Primary") && state.equals(SYNCED) && "ON".equals(status.get("wsrep_ready")),
                component.equals("Disconnected"),
                status.get("wsrep_cluster_state_uuid") + ":" + status.get("wsrep_cluster_conf_id"),
                Arrays.stream(status.getOrDefault("wsrep_incoming_addresses", "")
                                .split(",", -1))
                        .map(address -> address.replaceFirst(":.*", ""))
                        .collect(Collectors.toSet()),
                Integer.parseInt(status.getOrDefault("wsrep_cluster_size", "0")),
                "");
    }

    private static Map<String, String> status(AdminSession admin) throws SQLException {
        Map<String, String> status = new HashMap<>();
        for (Map<String, @Nullable String> row : admin.query("""
                SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM information_schema.GLOBAL_STATUS
                WHERE VARIABLE_NAME IN ('wsrep_local_state', 'wsrep_local_state_comment', 'wsrep_cluster_status',
                'wsrep_ready', 'wsrep_cluster_size', 'wsrep_cluster_conf_id', 'wsrep_cluster_state_uuid',
                'wsrep_last_committed', 'wsrep_incoming_addresses')""")) {
            String name = row.get("name");
            String value = row.get("value");
            if (name != null && value != null) {
                status.put(name.toLowerCase(Locale.ROOT), value);
            }
        }
        return status;
    }

    @Override
    public String position(AdminSession admin) throws SQLException {
        Map<String, String> status = status(admin);
        return status.get("wsrep_cluster_state_uuid") + ":" + status.get("wsrep_last_committed");
    }

    @Override
    public boolean contains(AdminSession admin, String executed, String position) {
        return contains(executed, position);
    }

    /** Returns whether an executed position contains another; positions of different clusters never do. */
    public static boolean contains(String executed, String position) {
        int colon = position.lastIndexOf(':');
        int executedColon = executed.lastIndexOf(':');
        return colon >= 0
                && executedColon >= 0
                && executed.substring(0, executedColon).equals(position.substring(0, colon))
                && Long.parseLong(executed.substring(executedColon + 1))
                        >= Long.parseLong(position.substring(colon + 1));
    }

    /** Lets the statements that follow skip the group and the binary log. */
    @Override
    public List<String> beginUnlogged() {
        return List.of("SET SESSION wsrep_on = OFF", "SET SESSION sql_log_bin = 0");
    }

    @Override
    public List<String> endUnlogged(boolean readOnly) {
        return List.of("SET SESSION sql_log_bin = 1", "SET SESSION wsrep_on = ON");
    }

    public List<String> desync(boolean desync) {
        return List.of("SET GLOBAL wsrep_desync = " + (desync ? "ON" : "OFF"));
    }

    public List<String> rejectQueries(boolean reject) {
        return List.of("SET GLOBAL wsrep_reject_queries = " + (reject ? "ALL" : "NONE"));
    }
}
