package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;

@WithReplicatedCluster(kind = ClusterKind.MYSQL, shared = false)
class MySqlStatementCountIT extends StatementCountTests {

    MySqlStatementCountIT() {
        super(JdbcDriver.CONNECTOR_J);
    }
}
