package io.github.replicationrouting.internal.driver;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One {@code SET} for all differences of a session. */
final class SetStatement {

    private SetStatement() {}

    static void execute(Connection connection, List<String> assignments, @Nullable Boolean autoCommit)
            throws SQLException {
        List<String> all = assignments;
        if (autoCommit != null) {
            all = new ArrayList<>(assignments);
            all.add("autocommit=" + (autoCommit ? 1 : 0));
        }
        if (!all.isEmpty()) {
            execute(connection, "SET SESSION " + String.join(",", all));
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
