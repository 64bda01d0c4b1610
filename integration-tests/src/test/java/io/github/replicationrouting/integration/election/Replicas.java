package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.test.ClusterNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The replication state that a server reports. */
final class Replicas {

    private Replicas() {}

    /** Returns whether the receiver of a node is connected to its source. */
    static boolean receives(ClusterNode node) {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW REPLICA STATUS")) {
            return row.next()
                    && row.getString(isMariaDb(connection) ? "Slave_IO_Running" : "Replica_IO_Running")
                            .equals("Yes");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isMariaDb(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("MariaDB");
    }
}
