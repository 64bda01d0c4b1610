package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The faults of every group.
 */
abstract class GroupClusterTests extends GroupTests {

    GroupClusterTests(ClusterKind kind) {
        super(kind);
    }

    @Test
    void whenAMemberIsKilledItShouldJoinAtItsStart() throws SQLException {
        db2.kill();
        assertThatExceptionOfType(SQLException.class).isThrownBy(db2::connect);
        awaitWriter();
        insert(db1, 1);
        db2.start();
        db2.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenAMemberIsCutOffItShouldFallIntoTheMinority() throws SQLException {
        db3.cutFromGroup();
        awaitWriter();
        insert(db1, 1);
        db2.awaitRowCount("item", 1);
        assertThat(db3.contains(db1.position())).isFalse();
        awaitState(db3, "not serving");
        assertThat(rejectsOrHangs(db3)).isTrue();
        db3.reconnectToGroup();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenAMemberIsFrozenItShouldBeReplacedAndReturn() throws SQLException {
        db3.freeze();
        awaitWriter();
        awaitState(db1, "of 2, ");
        insert(db1, 1);
        db3.thaw();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenTheWholeGroupRestartsItShouldKeepItsData() throws SQLException {
        insert(db1, 1);
        cluster.awaitReplicated();
        db1.kill();
        ClusterNode writer = awaitWriter();
        insert(writer, 2);
        writer.awaitRowCount("item", 2);
        cluster.restartGroup();
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenEveryServerIsDeadHealShouldRestartTheGroup() throws SQLException {
        insert(db1, 1);
        cluster.nodes().forEach(ClusterNode::kill);
        cluster.heal();
        cluster.awaitRowCount("item", 1);
        assertThat(cluster.primary()).isSameAs(db1);
    }

    @Test
    void whenAMemberStartsWithoutDataItShouldGetAll() throws SQLException {
        insert(db1, 1);
        assertThat(monitorSeesGroup(db3)).isEqualTo(kind == ClusterKind.GALERA);
        cluster.grantMonitoring();
        db3.startWithoutData();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
        assertThat(monitorSeesGroup(db3)).isTrue();
        cluster.nodes().forEach(ClusterNode::revokeMonitoring);
    }

    @Test
    void whenAMemberHasOtherDataHealShouldReplaceIt() throws SQLException {
        db3.executeLocally(List.of("INSERT INTO `%s`.item VALUES (1)".formatted(cluster.database())));
        insert(db1, 1);
        awaitState(db3, "not serving");
        cluster.heal();
        insert(db3, 2);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenAMemberIsShutDownItShouldLeaveImmediately() throws SQLException {
        db2.shutDown();
        assertThat(db2.isRunning()).isFalse();
        awaitState(db1, "of 2, ");
        insert(db1, 1);
        db2.start();
        db2.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenThereAreManyFaultsHealShouldEndThemAll() throws SQLException {
        insert(db1, 1);
        db1.kill();
        db2.freeze();
        db2.cutFromGroup();
        db3.partition();
        cluster.heal();
        insert(db1, 2);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenAKindHasNoReplicasTheirFaultsShouldBeRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> db2.stopReceiver())
                .withMessageContainingAll("db2", kind.name());
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.consolidate(db2))
                .withMessageContaining(kind.name());
    }

    @Test
    void whenThereWasNoFaultHealShouldTakeNoTime() {
        long begin = System.nanoTime();
        cluster.heal();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    }
}
