package io.github.replicationrouting.test;

import org.junit.jupiter.api.Tag;

@Tag("essential")
class MariaDbClusterIT extends ReplicatedClusterTests {

    MariaDbClusterIT() {
        super(ReplicatedCluster.mariaDb());
    }

    // ClusterCleanupIT checks more.
    @Override
    void assertNothingRemains() {}
}
