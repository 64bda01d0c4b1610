package io.github.replicationrouting.integration.lag;

class MariaDbLagAccuracyIT extends LagAccuracyTests {

    MariaDbLagAccuracyIT() {
        super(MonitoredCluster.MARIADB);
    }
}
