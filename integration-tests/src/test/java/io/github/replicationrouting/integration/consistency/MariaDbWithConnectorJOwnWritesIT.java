package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;
import org.junit.jupiter.api.Tag;

@Tag("essential")
@WithReplicatedCluster(kind = ClusterKind.MARIADB, shared = false)
class MariaDbWithConnectorJOwnWritesIT extends OwnWritesTests {

    MariaDbWithConnectorJOwnWritesIT() {
        super(JdbcDriver.CONNECTOR_J, true);
    }
}
