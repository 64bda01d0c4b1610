package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MYSQL, shared = false)
class MySqlWithMariaDbDriverOwnWritesIT extends OwnWritesTests {

    MySqlWithMariaDbDriverOwnWritesIT() {
        super(JdbcDriver.MARIADB, true);
    }
}
