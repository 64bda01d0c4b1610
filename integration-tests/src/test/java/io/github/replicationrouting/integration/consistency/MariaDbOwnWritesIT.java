package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB, shared = false)
class MariaDbOwnWritesIT extends OwnWritesTests {

    MariaDbOwnWritesIT() {
        super(JdbcDriver.MARIADB, true);
    }
}
