package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB)
class MariaDbSessionChangesIT extends SessionChangesTests {

    MariaDbSessionChangesIT() {
        super(JdbcDriver.MARIADB, "tx_isolation", "tx_read_only");
    }
}
