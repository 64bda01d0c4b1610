package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MYSQL)
class MySqlSessionChangesIT extends SessionChangesTests {

    MySqlSessionChangesIT() {
        super(JdbcDriver.CONNECTOR_J, "transaction_isolation", "transaction_read_only");
    }
}
