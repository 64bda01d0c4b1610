package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB)
class MariaDbLogicalConnectionIT extends LogicalConnectionTests {

    MariaDbLogicalConnectionIT() {
        super(JdbcDriver.MARIADB);
    }
}
