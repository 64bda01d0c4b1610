package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.WithReplicatedCluster;
import org.junit.jupiter.api.Tag;

@Tag("essential")
@WithReplicatedCluster(kind = ClusterKind.MARIADB, shared = false)
class MariaDbStatementCountIT extends StatementCountTests {

    MariaDbStatementCountIT() {
        super(JdbcDriver.MARIADB);
    }
}
