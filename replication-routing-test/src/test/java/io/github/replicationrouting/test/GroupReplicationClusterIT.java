package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class GroupReplicationClusterIT extends GroupReplicationClusterTests {

    GroupReplicationClusterIT() {
        super(ClusterKind.GROUP_REPLICATION);
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
}
