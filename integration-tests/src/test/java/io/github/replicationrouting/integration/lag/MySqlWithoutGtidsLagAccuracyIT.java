package io.github.replicationrouting.integration.lag;

class MySqlWithoutGtidsLagAccuracyIT extends LagAccuracyTests {

    MySqlWithoutGtidsLagAccuracyIT() {
        super(WatchedCluster.MYSQL_WITHOUT_GTIDS);
    }
}
