package io.github.replicationrouting.test;

class MariaDbClusterIT extends ReplicatedClusterTests {

    MariaDbClusterIT() {
        super(ReplicatedCluster.mariaDb());
    }

    // LeftoversIT looks closer.
    @Override
    void assertNothingIsLeft() {}
}
