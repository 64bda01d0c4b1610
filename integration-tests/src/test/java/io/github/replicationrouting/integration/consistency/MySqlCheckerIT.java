package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MYSQL, shared = false)
class MySqlCheckerIT extends CheckerTests {

    MySqlCheckerIT() {
        super(JdbcDriver.CONNECTOR_J, 40);
    }
}
