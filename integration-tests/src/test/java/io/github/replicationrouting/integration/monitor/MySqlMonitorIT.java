package io.github.replicationrouting.integration.monitor;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;

class MySqlMonitorIT extends MonitorTests {

    MySqlMonitorIT() {
        super(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J);
    }
}
