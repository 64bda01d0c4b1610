package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MARIADB, shared = false)
class MariaDbWithConnectorJStatementCountIT extends StatementCountTests {

    MariaDbWithConnectorJStatementCountIT() {
        super(JdbcDriver.CONNECTOR_J);
    }
}
