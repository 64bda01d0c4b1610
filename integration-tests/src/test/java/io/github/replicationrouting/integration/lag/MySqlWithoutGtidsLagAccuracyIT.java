package io.github.replicationrouting.integration.lag;

class MySqlWithoutGtidsLagAccuracyIT extends LagAccuracyTests {

    MySqlWithoutGtidsLagAccuracyIT() {
        super(MonitoredCluster.MYSQL_WITHOUT_GTIDS);
    }
}
