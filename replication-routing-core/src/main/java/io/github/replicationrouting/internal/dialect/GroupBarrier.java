package io.github.replicationrouting.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Waits on a member of a replication group until it has applied what the group had committed. Only a message in the
 * order of the group's transactions shows that: what the member has received may be less than what another one has
 * committed already.
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

    private static final String STATE =
            "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID=@@server_uuid";

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
        return (before != null && after != null) ? after > before : isOnline(connection);
    }

    private static @Nullable Long count(Connection connection) throws SQLException {
        return Statements.queryFirst(connection, COUNT, row -> row.getLong(1));
    }

    private static boolean isOnline(Connection connection) throws SQLException {
        try {
            String state = Statements.queryFirst(connection, STATE, row -> row.getString(1));
            return "ONLINE".equals(state);
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                return false;
            }
            throw e;
        }
    }
}
