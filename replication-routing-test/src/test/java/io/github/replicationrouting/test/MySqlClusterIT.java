package io.github.replicationrouting.test;

class MySqlClusterIT extends MySqlClusterTests {

    MySqlClusterIT() {
        super(ReplicatedCluster.mysql());
    }
}
