package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.test.ClusterNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The writes on the nodes of a cluster, by name, and those that were discarded with the data of a node. */
final class Ledger {

    private final String database;

    private final Set<String> thrownAway = new HashSet<>();

    Ledger(String database) {
        this.database = database;
    }

    /** Returns how often a node has each write. */
    Map<String, Integer> rows(ClusterNode node) {
        Map<String, Integer> rows = new HashMap<>();
        query(
                node,
                "SELECT writer, number FROM " + database + ".written",
                row -> rows.merge(row.getInt(1) + "/" + row.getInt(2), 1, Integer::sum));
        return rows;
    }

    /** Returns how many writes of each writer a node has counted. */
    Map<Integer, Integer> counters(ClusterNode node) {
        Map<Integer, Integer> counters = new HashMap<>();
        query(
                node,
                "SELECT writer, n FROM " + database + ".counter",
                row -> counters.put(row.getInt(1), row.getInt(2)));
        return counters;
    }

    /** Records what a node has and the primary lacks, before it is made a replica. */
    void recordMissing(ClusterNode node, ClusterNode primary) {
        // In this order: what is replicated in between is not missing.
        Set<String> rest = new HashSet<>(rows(node).keySet());
        rest.removeAll(rows(primary).keySet());
        thrownAway.addAll(rest);
    }

    boolean wasDiscarded(String write) {
        return thrownAway.contains(write);
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private static void query(ClusterNode node, String sql, RowReader reader) {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                reader.read(row);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
