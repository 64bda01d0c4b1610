package io.github.replicationrouting.integration.lag;

class MySqlLagAccuracyIT extends LagAccuracyTests {

    MySqlLagAccuracyIT() {
        super(MonitoredCluster.MYSQL);
    }
}
