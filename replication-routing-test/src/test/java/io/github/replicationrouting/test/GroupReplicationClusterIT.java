package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class GroupReplicationClusterIT extends GroupClusterTests {

    static final String STATE_QUERY = "SELECT MEMBER_STATE FROM performance_schema.replication_group_members "
            + "JOIN performance_schema.replication_group_member_stats USING (MEMBER_ID)";

    GroupReplicationClusterIT() {
        super(ClusterKind.GROUP_REPLICATION);
    }

    @Override
    String stateQuery() {
        return STATE_QUERY;
    }

    @Test
    void whenAnyMemberWritesAllShouldHaveIt() throws SQLException {
        insert(db1, 1);
        insert(db2, 2);
        insert(db3, 3);
        cluster.awaitRowCount("item", 3);
        cluster.awaitReplicated();
        assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.role()).isEqualTo(NodeRole.PRIMARY));
        assertThat(cluster.primary()).isSameAs(db1);
    }

    @Test
    void whenAGroupIsAskedToRunWithoutGtidsItShouldRefuse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ReplicatedCluster.of(ClusterKind.GROUP_REPLICATION).gtids(false))
                .withMessage("Group Replication needs GTIDs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicatedCluster.of(ClusterKind.GALERA).semiSynchronous())
                .withMessageContaining("not semi-synchronously");
    }

    @Test
    void whenEachMemberIsAPrimaryAPromotionShouldBeRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.promote(db2))
                .withMessageContainingAll("db2", "GROUP_REPLICATION");
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
