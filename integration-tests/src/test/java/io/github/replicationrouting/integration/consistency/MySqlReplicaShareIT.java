package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MYSQL)
class MySqlReplicaShareIT extends ReplicaShareTests {

    MySqlReplicaShareIT() {
        super(JdbcDriver.CONNECTOR_J, 0.95);
    }
}
