package io.github.replicationrouting.integration.monitor;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;

class MariaDbWithConnectorJMonitorIT extends MonitorTests {

    MariaDbWithConnectorJMonitorIT() {
        super(ClusterKind.MARIADB, JdbcDriver.CONNECTOR_J);
    }
}
