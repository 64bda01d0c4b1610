package io.github.replicationrouting.integration.monitor;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;

class MariaDbMonitorIT extends MonitorTests {

    MariaDbMonitorIT() {
        super(ClusterKind.MARIADB, JdbcDriver.MARIADB);
    }
}
