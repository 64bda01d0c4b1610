package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

/** This driver reports no position at a commit: reads stay on the primary until the next probe. */
@WithReplicatedCluster(kind = ClusterKind.MARIADB)
class MariaDbReplicaShareIT extends ReplicaShareTests {

    MariaDbReplicaShareIT() {
        super(JdbcDriver.MARIADB, 0.9);
    }
}
