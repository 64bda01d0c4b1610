package io.github.replicationrouting.test;

/** The behaviour of every MySQL cluster; no container may remain. */
abstract class MySqlClusterTests extends ReplicatedClusterTests {

    MySqlClusterTests(ReplicatedCluster.Builder builder) {
        super(builder);
    }

    @Override
    void assertNothingRemains() {
        Containers.assertNothingRemains();
    }
}
