package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.replicationrouting.test.internal.Await;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GroupReplicationSinglePrimaryClusterIT extends GroupTests {

    GroupReplicationSinglePrimaryClusterIT() {
        super(ClusterKind.GROUP_REPLICATION_SINGLE_PRIMARY);
    }

    @Override
    String stateQuery() {
        return GroupReplicationClusterIT.STATE_QUERY;
    }

    @Test
    void whenThePrimaryWritesAllShouldHaveIt() throws SQLException {
        insert(db1, 1);
        cluster.awaitRowCount("item", 1);
        assertThat(cluster.primary()).isSameAs(db1);
        assertThat(cluster.replicas()).containsExactly(db2, db3);
        assertThat(db2.role()).isEqualTo(NodeRole.REPLICA);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> insert(db2, 2))
                .satisfies(ex -> assertThat(ex.getErrorCode()).isEqualTo(1290));
    }

    @Test
    void whenASecondaryIsPromotedItShouldBeThePrimary() throws SQLException {
        cluster.promote(db3);
        assertThat(cluster.primary()).isSameAs(db3);
        insert(db3, 1);
        cluster.awaitRowCount("item", 1);
    }

    @Test
    void whenThePrimaryIsKilledTheGroupShouldElectAnother() throws SQLException {
        insert(db1, 1);
        db1.kill();
        ClusterNode writer = awaitWriter();
        assertThat(writer).isNotSameAs(db1);
        insert(writer, 2);
        db1.start();
        assertThat(db1.role()).isEqualTo(NodeRole.REPLICA);
        cluster.awaitRowCount("item", 2);
        cluster.heal();
        assertThat(cluster.primary()).isSameAs(db1);
    }

    /** The minority keeps its primary, which looks as before and commits nothing. */
    @Test
    void whenThePrimaryIsCutOffThereShouldBeTwo() throws SQLException {
        db1.cutFromGroup();
        Await.until(Duration.ofSeconds(30), "there is another", cluster::describe, () -> cluster.primary() != db1);
        assertThat(db1.role()).isEqualTo(NodeRole.PRIMARY);
        assertThat(rejectsOrHangs(db1)).isTrue();
        insert(awaitWriter(), 1);
        cluster.heal();
        assertThat(cluster.primary()).isSameAs(db1);
        cluster.awaitRowCount("item", 1);
    }

    @Test
    void whenTheMajorityIsLostHealShouldRestartTheGroup() throws SQLException {
        insert(db1, 1);
        cluster.awaitReplicated();
        db2.kill();
        db3.kill();
        awaitState(db1, "not serving");
        db2.start();
        assertThatIllegalStateException().isThrownBy(cluster::primary).withMessageContaining("majority");
        assertThatIllegalStateException().isThrownBy(db2::startWithoutData).withMessageContaining("no other member");
        cluster.heal();
        cluster.awaitRowCount("item", 1);
    }
}
