package io.github.replicationrouting.test;

class MySqlClusterIT extends ReplicatedClusterTests {

    MySqlClusterIT() {
        super(ReplicatedCluster.mysql());
    }
}
