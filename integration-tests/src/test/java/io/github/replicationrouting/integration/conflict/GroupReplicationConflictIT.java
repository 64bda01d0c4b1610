package io.github.replicationrouting.integration.conflict;

import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.test.ClusterKind;

class GroupReplicationConflictIT extends GroupConflictTests {

    GroupReplicationConflictIT() {
        super(ClusterKind.GROUP_REPLICATION, Stack.MYSQL);
    }
}
