package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@WithReplicatedCluster(kind = ClusterKind.MARIADB, shared = false)
class MariaDbOwnWritesIT extends OwnWritesTests {

    MariaDbOwnWritesIT() {
        super(JdbcDriver.MARIADB, true);
    }

    /** The session reports are read from the socket, which shows no text then; Connector/J passes them on itself. */
    @Test
    void whenReportsCannotBeReadTheTimeShouldCount() throws SQLException {
        assertTimeCountsWith("useCompression=true");
    }
}
