package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB)
class MariaDbWithConnectorJSessionChangesIT extends SessionChangesTests {

    MariaDbWithConnectorJSessionChangesIT() {
        super(JdbcDriver.CONNECTOR_J, "tx_isolation", "tx_read_only");
    }
}
