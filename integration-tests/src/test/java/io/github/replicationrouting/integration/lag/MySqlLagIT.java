package io.github.replicationrouting.integration.lag;

class MySqlLagIT extends LagTests {

    MySqlLagIT() {
        super(WatchedCluster.MYSQL);
    }
}
