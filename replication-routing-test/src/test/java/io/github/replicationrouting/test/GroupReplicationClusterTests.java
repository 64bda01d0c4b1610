package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/**
 * The behaviour of Group Replication in both modes.
 */
abstract class GroupReplicationClusterTests extends GroupClusterTests {

    GroupReplicationClusterTests(ClusterKind kind) {
        super(kind);
    }

    @Override
    String stateQuery() {
        return "SELECT MEMBER_STATE FROM performance_schema.replication_group_members "
                + "JOIN performance_schema.replication_group_member_stats USING (MEMBER_ID)";
    }

    @Test
    void whenAMemberLeavesItShouldReturn() throws SQLException {
        db3.stopGroup();
        assertThat(cluster.describe()).contains("OFFLINE, not serving");
        assertThat(db3.role()).isEqualTo(NodeRole.REPLICA);
        insert(db1, 1);
        db3.startGroup();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenAServerStartsOutsideItsGroupItShouldBeWritable() throws SQLException {
        db3.kill();
        db3.startOutsideGroup();
        assertThat(db3.role()).isEqualTo(NodeRole.PRIMARY);
        insert(db3, 7);
        cluster.heal();
        assertThat(rows(db3)).as("what only one server had is gone").isZero();
    }

    @Test
    void whenAFaultIsNotOfThisKindItShouldBeRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> db2.desync(true))
                .withMessageContainingAll("db2", "GROUP_REPLICATION");
    }
}
