package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB, shared = false)
class MariaDbWithConnectorJEndpointSessionIT extends EndpointSessionTests {

    MariaDbWithConnectorJEndpointSessionIT() {
        super(JdbcDriver.CONNECTOR_J);
    }
}
