package io.github.replicationrouting.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Waits on a member of a replication group until it has applied what the group had committed, which also shows that it
 * belongs to the group. Only a message in the order of the group's transactions shows that: what the member has received
 * may be less than what another one has committed already.
 */
final class GroupBarrier {

    /** Of the configuration: this table has no row without the plugin, where the variable itself would be an error. */
    static final String GROUP_NAME = "(SELECT VARIABLE_VALUE FROM performance_schema.global_variables"
            + " WHERE VARIABLE_NAME='group_replication_group_name')";

    /** Of the session; null where the server has no group replication. */
    static final String CONSISTENCY = "(SELECT VARIABLE_VALUE FROM performance_schema.session_variables"
            + " WHERE VARIABLE_NAME='group_replication_consistency')";

    /** A statement that reads no table at all is not kept waiting. */
    private static final String WAIT = "SELECT * FROM (SELECT 1) one";

    /** Counted since 8.1, for every account; a server outside of its group does not wait, and counts nothing. */
    private static final String COUNT = "SELECT VARIABLE_VALUE FROM performance_schema.global_status"
            + " WHERE VARIABLE_NAME='Gr_transactions_consistency_before_begin_count'";

    private static final String HAS_MAJORITY = "2*SUM(MEMBER_STATE='UNREACHABLE')<COUNT(*)";

    private static final String MEMBERS = " FROM performance_schema.replication_group_members";

    private static final String IS_MEMBER =
            "SELECT SUM(MEMBER_ID=@@server_uuid AND MEMBER_STATE='ONLINE')=1 AND " + HAS_MAJORITY + MEMBERS;

    /**
     * A server that has lost its group is in ERROR, or its others are UNREACHABLE, before it rolls back what waits for
     * them. One that leaves as ordered waits for the group first, and is OFFLINE then.
     */
    private static final String HAS_NOT_LOST_GROUP =
            "SELECT SUM(MEMBER_ID=@@server_uuid AND MEMBER_STATE IN ('ONLINE', 'OFFLINE'))=1 AND " + HAS_MAJORITY
                    + MEMBERS;

    private GroupBarrier() {}

    /**
     * Waits; no time limit of the server ends it in a minority, but the connection's network timeout does.
     *
     * @param consistency what {@link #CONSISTENCY} shows, which the session has again afterwards
     * @return false where the server has not shown that it waited for its group
     */
    static boolean await(Connection connection, String consistency) throws SQLException {
        Long before = count(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION group_replication_consistency='BEFORE'");
            try {
                statement.executeQuery(WAIT).close();
            } finally {
                if (!connection.isClosed()) {
                    statement.execute("SET SESSION group_replication_consistency='" + consistency + "'");
                }
            }
        }
        Long after = count(connection);
        return (before != null && after != null) ? after > before : Boolean.TRUE.equals(shown(connection, IS_MEMBER));
    }

    /**
     * Returns whether the server shows that it has not been excluded from its group, nor separated from its majority.
     * Waits for the group where the account may not ask, see {@link #await}.
     */
    static boolean hasNotLostGroup(Connection connection) throws SQLException {
        Boolean shown = shown(connection, HAS_NOT_LOST_GROUP);
        if (shown != null) {
            return shown;
        }
        String consistency =
                Statements.<@Nullable String>queryRow(connection, "SELECT " + CONSISTENCY, row -> row.getString(1));
        return consistency != null && await(connection, consistency);
    }

    private static @Nullable Long count(Connection connection) throws SQLException {
        return Statements.queryFirst(connection, COUNT, row -> row.getLong(1));
    }

    /** Returns null where the account may not ask. */
    private static @Nullable Boolean shown(Connection connection, String condition) throws SQLException {
        try {
            return Statements.queryRow(connection, condition, row -> row.getBoolean(1));
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                return null;
            }
            throw e;
        }
    }
}
