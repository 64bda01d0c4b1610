package io.github.replicationrouting.test.internal.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements of MySQL's Group Replication. A position is a GTID set.
 */
public final class GroupReplicationSql extends MySqlServerSql implements GroupSql {

    private static final List<String> MEMBER_TABLES =
            List.of("replication_group_members", "replication_group_member_stats");

    public GroupReplicationSql(Account administrator) {
        super(administrator);
    }

    @Override
    public GroupState state(AdminSession admin) throws SQLException {
        List<Map<String, @Nullable String>> members = admin.query("""
                SELECT m.MEMBER_ID = @@server_uuid AS own, m.MEMBER_HOST AS host, m.MEMBER_STATE AS state,
                    m.MEMBER_ROLE AS role, s.VIEW_ID AS view, @@group_replication_single_primary_mode AS single
                FROM performance_schema.replication_group_members m
                LEFT JOIN performance_schema.replication_group_member_stats s USING (MEMBER_ID)""");
        String own = "OFFLINE";
        String role = "";
        String view = "";
        String primary = "";
        long reached = members.stream()
                .filter(member -> !"UNREACHABLE".equals(member.get("state")))
                .count();
        Set<String> hosts = new HashSet<>();
        for (Map<String, @Nullable String> member : members) {
            hosts.add(text(member, "host"));
            if ("1".equals(member.get("own"))) {
                own = text(member, "state");
                role = text(member, "role");
                view = text(member, "view");
            }
            if ("1".equals(member.get("single")) && "PRIMARY".equals(member.get("role"))) {
                primary = text(member, "host");
            }
        }
        return new GroupState(
                "%s %s".formatted(own, role).strip(),
                own.equals("ONLINE") && reached * 2 > members.size(),
                own.equals("OFFLINE"),
                view,
                hosts,
                (int) reached,
                primary);
    }

    private static String text(Map<String, @Nullable String> row, String column) {
        return Objects.requireNonNullElse(row.get(column), "");
    }

    @Override
    public String position(AdminSession admin) throws SQLException {
        return admin.value("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')");
    }

    /** Returns what the member has executed, or has received from its group and will execute. */
    public String receivedPosition(AdminSession admin) throws SQLException {
        return admin.value("""
                SELECT REPLACE(CONCAT_WS(',', @@GLOBAL.gtid_executed, NULLIF((
                    SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status
                    WHERE CHANNEL_NAME = 'group_replication_applier'), '')), '\n', '')""");
    }

    /** With what the router asks each member by default: the application's user sees the group. */
    @Override
    public List<String> createUsers(Account application, Account monitor, Account replication, String database) {
        List<String> statements = new ArrayList<>(super.createUsers(application, monitor, replication, database));
        statements.add("GRANT BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO '%s'@'%%'"
                .formatted(replication.name()));
        MEMBER_TABLES.forEach(table -> statements.add(
                "GRANT SELECT ON performance_schema.%s TO '%s'@'%%'".formatted(table, application.name())));
        return statements;
    }

    @Override
    public List<String> grantMonitoring(String user) {
        List<String> statements = new ArrayList<>(super.grantMonitoring(user));
        MEMBER_TABLES.forEach(
                table -> statements.add("GRANT SELECT ON performance_schema.%s TO '%s'@'%%'".formatted(table, user)));
        return statements;
    }

    @Override
    public List<String> revokeMonitoring(String user) {
        List<String> statements = new ArrayList<>(super.revokeMonitoring(user));
        MEMBER_TABLES.forEach(table ->
                statements.add("REVOKE SELECT ON performance_schema.%s FROM '%s'@'%%'".formatted(table, user)));
        return statements;
    }

    // Not persisted: the group decides at each start.
    @Override
    public List<String> readOnly(boolean readOnly) {
        return readOnly
                ? List.of("SET GLOBAL super_read_only = ON")
                : List.of("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF");
    }

    /** Prepares a server that has users, but no group yet. */
    public List<String> prepare(Account replication) {
        return List.of("RESET BINARY LOGS AND GTIDS", """
                CHANGE REPLICATION SOURCE TO SOURCE_USER = '%s', SOURCE_PASSWORD = '%s'
                FOR CHANNEL 'group_replication_recovery'""".formatted(replication.name(), replication.password()));
    }

    /** Makes a server the first member of a new group. */
    public List<String> bootstrap() {
        return List.of(
                "SET GLOBAL group_replication_bootstrap_group = ON",
                "START GROUP_REPLICATION",
                "SET GLOBAL group_replication_bootstrap_group = OFF");
    }

    public List<String> join() {
        return List.of("START GROUP_REPLICATION");
    }

    /** Leaves the group, and ends what a member does that was expelled. */
    public List<String> leave() {
        return List.of("STOP GROUP_REPLICATION", "SET GLOBAL offline_mode = OFF");
    }

    /** Makes the member that executes it the primary of its group. */
    public List<String> becomePrimary(AdminSession admin) throws SQLException {
        return List.of(
                "SELECT group_replication_set_as_primary('%s')".formatted(admin.value("SELECT @@GLOBAL.server_uuid")));
    }
}
