package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB)
class MariaDbWithConnectorJReplicaShareIT extends ReplicaShareTests {

    MariaDbWithConnectorJReplicaShareIT() {
        super(JdbcDriver.CONNECTOR_J, 0.95);
    }
}
