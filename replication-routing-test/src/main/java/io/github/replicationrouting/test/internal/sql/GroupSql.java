package io.github.replicationrouting.test.internal.sql;

import java.sql.SQLException;

/**
 * The statements by which the administrator observes the member of a group, in the dialect of one kind of group.
 */
public interface GroupSql extends ServerSql {

    /** Returns how the member sees its group. */
    GroupState state(AdminSession admin) throws SQLException;

    /** Returns the position up to which the member has executed. */
    String position(AdminSession admin) throws SQLException;
}
