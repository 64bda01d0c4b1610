package io.github.replicationrouting.integration.lag;

class MySqlLagIT extends LagTests {

    MySqlLagIT() {
        super(MonitoredCluster.MYSQL);
    }
}
