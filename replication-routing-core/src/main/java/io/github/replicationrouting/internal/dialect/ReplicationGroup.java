package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.Kind;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.spi.Observation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a MySQL server shows of its replication group: a row for each member of its view. There is one row at least, that
 * of the configuration, because a server that is leaving shows no members for a moment. Immutable.
 */
final class ReplicationGroup {

    /** Both variables in one look-up, which costs more than the tables of the group; they are null without the plugin. */
    private static final String CONFIGURATION = "(SELECT MAX(IF(VARIABLE_NAME='group_replication_group_name',"
            + "VARIABLE_VALUE,NULL)) AS group_name, MAX(IF(VARIABLE_NAME='group_replication_single_primary_mode',"
            + "VARIABLE_VALUE,NULL)) AS single_primary FROM performance_schema.global_variables WHERE VARIABLE_NAME IN"
            + " ('group_replication_group_name','group_replication_single_primary_mode')) configured";

    static final String QUERY = "SELECT m.MEMBER_ID, m.MEMBER_STATE, m.MEMBER_ROLE, s.VIEW_ID,"
            + " s.COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE, s.COUNT_TRANSACTIONS_LOCAL_PROPOSED,"
            + " @@global.super_read_only, configured.group_name, configured.single_primary"
            + " FROM " + CONFIGURATION
            + " LEFT JOIN performance_schema.replication_group_members m ON TRUE"
            + " LEFT JOIN performance_schema.replication_group_member_stats s ON s.MEMBER_ID = m.MEMBER_ID";

    /** What an account needs for {@link #QUERY}: a statement can name one table only. */
    static final String GRANT = "GRANT SELECT ON performance_schema.replication_group_members TO <account>;"
            + " GRANT SELECT ON performance_schema.replication_group_member_stats TO <account>";

    private static final String ONLINE = "ONLINE";
    private static final String OFFLINE = "OFFLINE";
    private static final String RECOVERING = "RECOVERING";
    private static final String UNREACHABLE = "UNREACHABLE";
    private static final String PRIMARY = "PRIMARY";
    private static final String SECONDARY = "SECONDARY";

    private static final Pattern VIEW_ID = Pattern.compile("(.+):(\\d{1,18})");

    private final List<Row> rows;

    /**
     * @param viewId null in a server that is in no view
     * @param groupName of the configuration; null or empty in a server that belongs to no group
     * @param singlePrimary as a variable shows it; null where the server does not
     */
    record Row(
            String memberId,
            String state,
            String role,
            @Nullable String viewId,
            long applierQueue,
            @Nullable Long proposed,
            boolean superReadOnly,
            @Nullable String groupName,
            @Nullable String singlePrimary) {}

    ReplicationGroup(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    static ReplicationGroup read(ResultSet rows) throws SQLException {
        List<Row> read = new ArrayList<>();
        while (rows.next()) {
            long proposed = rows.getLong(6);
            read.add(new Row(
                    text(rows.getString(1)),
                    text(rows.getString(2)).toUpperCase(Locale.ROOT),
                    text(rows.getString(3)).toUpperCase(Locale.ROOT),
                    rows.getString(4),
                    rows.getLong(5),
                    rows.getString(6) == null ? null : proposed,
                    Statements.isOn(rows.getString(7)),
                    rows.getString(8),
                    rows.getString(9)));
        }
        return new ReplicationGroup(read);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value.trim();
    }

    /** Returns what the server is in its group; null where it is configured for none. */
    @Nullable
    GroupMembership membership(Observation seen) {
        Row own = rowOf(seen.serverId());
        boolean configured = rows.stream().anyMatch(row -> !text(row.groupName).isEmpty());
        if (!configured && (own == null || own.state.equals(OFFLINE))) {
            return null;
        }
        return own == null ? notShown(seen.serverId()) : membership(own, seen);
    }

    private static GroupMembership notShown(String serverId) {
        return new GroupMembership(
                Kind.GROUP_REPLICATION,
                OFFLINE,
                null,
                false,
                false,
                "is OFFLINE: its group does not show it",
                false,
                serverId,
                0,
                null,
                null);
    }

    private GroupMembership membership(Row own, Observation seen) {
        View view = viewOf(own);
        boolean singlePrimary = isSinglePrimary(own);
        boolean elected = !singlePrimary || own.role.equals(PRIMARY);
        String unreadable = unreadable(own, view, seen);
        String unwritable = unreadable == null && elected ? unwritable(own, seen) : unreadable;
        return new GroupMembership(
                Kind.GROUP_REPLICATION,
                own.state,
                view,
                unreadable == null,
                unwritable == null && elected,
                unwritable,
                singlePrimary,
                own.memberId,
                own.applierQueue,
                own.proposed,
                null);
    }

    private @Nullable Row rowOf(String serverId) {
        return rows.stream()
                .filter(row -> row.memberId.equalsIgnoreCase(serverId))
                .findFirst()
                .orElse(null);
    }

    private @Nullable View viewOf(Row own) {
        Matcher id = VIEW_ID.matcher(text(own.viewId));
        boolean joined = own.state.equals(ONLINE) || own.state.equals(RECOVERING);
        return joined && id.matches()
                ? new View(id.group(1), Long.parseLong(id.group(2)), rows.size(), 2 * unreachable() < rows.size())
                : null;
    }

    private int unreachable() {
        return (int) rows.stream().filter(row -> row.state.equals(UNREACHABLE)).count();
    }

    private boolean isSinglePrimary(Row own) {
        return own.singlePrimary == null
                ? rows.stream().anyMatch(row -> row.role.equals(SECONDARY))
                : Statements.isOn(own.singlePrimary);
    }

    private @Nullable String unreadable(Row own, @Nullable View view, Observation seen) {
        switch (own.state) {
            case ONLINE -> {}
            case OFFLINE -> {
                return "is OFFLINE: does not belong to its group";
            }
            case RECOVERING -> {
                return "is RECOVERING: receives what it has missed";
            }
            default -> {
                return "is " + own.state + ": has left its group";
            }
        }
        if (view == null) {
            return "is in no view of its group";
        }
        if (!view.majority()) {
            return "is in a minority: " + unreachable() + " of " + rows.size() + " members are unreachable";
        }
        return seen.offline() ? "refuses ordinary accounts (offline_mode)" : null;
    }

    private static @Nullable String unwritable(Row own, Observation seen) {
        return own.superReadOnly || seen.readOnly() ? "is read-only (super_read_only)" : null;
    }
}
