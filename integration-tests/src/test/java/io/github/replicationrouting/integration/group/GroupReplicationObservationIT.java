package io.github.replicationrouting.integration.group;

import static io.github.replicationrouting.integration.group.ObservedMember.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.test.WithReplicatedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the dialect reads of a replication group with one primary in each state of its members, and waits for. */
@WithReplicatedCluster(kind = ClusterKind.GROUP_REPLICATION_SINGLE_PRIMARY)
class GroupReplicationObservationIT {

    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int ROUNDS = 500;

    private final ReplicatedCluster cluster;
    private final ObservedMember db1;
    private final ObservedMember db2;
    private final ObservedMember db3;

    GroupReplicationObservationIT(ReplicatedCluster cluster) {
        this.cluster = cluster;
        this.db1 = new ObservedMember(cluster, "db1", "mysql");
        this.db2 = new ObservedMember(cluster, "db2", "mysql");
        this.db3 = new ObservedMember(cluster, "db3", "mysql");
    }

    @BeforeEach
    void createTable() throws SQLException {
        cluster.grantMonitoring();
        cluster.recreateDatabase();
        db1.execute("CREATE TABLE counter (id INT PRIMARY KEY, v BIGINT)");
        db1.execute("INSERT INTO counter VALUES (1, 0)");
        cluster.awaitReplicated();
    }

    private static View view(GroupMembership membership) {
        return Objects.requireNonNull(membership.view());
    }

    @Test
    void whenAllAreOnlineShouldShareAViewAndHaveOneWriter() throws SQLException {
        Set<View> views = new HashSet<>();
        for (ObservedMember member : List.of(db1, db2, db3)) {
            Observation seen = member.observe();
            GroupMembership membership = Objects.requireNonNull(seen.group());
            assertThat(membership.state()).isEqualTo("ONLINE");
            assertThat(membership.readable()).isTrue();
            assertThat(membership.writable()).isEqualTo(member == db1);
            assertThat(membership.problem()).isNull();
            assertThat(membership.singlePrimary()).isTrue();
            assertThat(membership.order()).isEqualTo(seen.serverId());
            views.add(view(membership));
        }
        assertThat(views).hasSize(1);
        assertThat(views.iterator().next().size()).isEqualTo(3);
        assertThat(views.iterator().next().majority()).isTrue();
    }

    @Test
    void whenThePrimaryWritesShouldCountThereOnly() throws SQLException {
        long before = Objects.requireNonNull(db1.membership().localWrites());
        long other = Objects.requireNonNull(db2.membership().localWrites());
        for (int i = 1; i <= 5; i++) {
            db1.execute("UPDATE counter SET v = v + 1");
        }
        assertThat(db1.membership().localWrites()).isEqualTo(before + 5);
        assertThat(db2.membership().localWrites()).isEqualTo(other);
    }

    @Test
    void whenTheAccountMayNotSeeTheGroupShouldNameTheGrants() throws SQLException {
        db2.node().revokeMonitoring();
        GroupMembership hidden = db2.membership();
        assertThat(hidden.isPermitted()).isFalse();
        assertThat(hidden.readable()).isFalse();
        assertThat(hidden.writable()).isFalse();
        String problem = Objects.requireNonNull(hidden.problem());
        String grants = problem.substring(problem.indexOf("GRANT")).replace("<account>", "'monitor'@'%'");
        db2.node()
                .executeLocally(List.of(grants.replace("'monitor'", "'" + cluster.monitorUsername() + "'")
                        .split("; *")));
        assertThat(db2.membership().isPermitted()).isTrue();
    }

    @Test
    void whenAMemberIsCutOffShouldKnowThatItIsInTheMinority() throws SQLException {
        View before = view(db1.membership());
        db3.node().cutFromGroup();
        GroupMembership minority = db3.await(seen -> !seen.readable());
        assertThat(minority.state()).isEqualTo("ONLINE");
        assertThat(minority.writable()).isFalse();
        assertThat(minority.problem()).isEqualTo("is in a minority: 2 of 3 members are unreachable");
        assertThat(view(minority)).isEqualTo(new View(before.groupId(), before.number(), 3, false));
        View majority = view(db1.await(seen -> view(seen).size() == 2));
        assertThat(majority.groupId()).isEqualTo(before.groupId());
        assertThat(majority.number()).isGreaterThan(before.number());
        assertThat(db1.membership().writable()).isTrue();
    }

    /** Polled without a pause: for a moment a server that leaves shows no members at all. */
    @Test
    void whenAMemberLeavesShouldNeverLookLikeAPlainServer() throws SQLException {
        CompletableFuture<Void> leaves =
                CompletableFuture.runAsync(() -> db3.node().stopGroup());
        GroupMembership offline = db3.await(seen -> seen.state().equals("OFFLINE"));
        leaves.join();
        db3.await(seen -> seen.problem() != null && seen.problem().equals("is OFFLINE: does not belong to its group"));
        assertThat(offline.readable()).isFalse();
        assertThat(offline.writable()).isFalse();
        assertThat(offline.view()).isNull();
        try (Connection connection = db3.node().connect()) {
            assertThat(db3.dialect().awaitCommitting(connection, WAIT))
                    .as("it does not wait for a group outside of one")
                    .isFalse();
        }
        db3.node().startGroup();
        db3.await(GroupMembership::readable);
    }

    @Test
    void whenAMemberStartsOutsideOfItsGroupShouldServeNothingThoughItIsWritable() throws SQLException {
        db3.node().kill();
        db3.node().startOutsideGroup();
        Observation seen = db3.observe();
        assertThat(seen.writable()).as("as the server says").isTrue();
        GroupMembership membership = Objects.requireNonNull(seen.group());
        assertThat(membership.readable()).isFalse();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).isEqualTo("is OFFLINE: does not belong to its group");
    }

    @Test
    void whenAMemberJoinsWithoutDataShouldServeNothingBeforeItIsOnline() throws SQLException {
        db3.node().startWithoutData();
        cluster.grantMonitoring();
        assertThat(db3.await(GroupMembership::readable).state()).isEqualTo("ONLINE");
    }

    /** A message of the group is needed, and in a minority none arrives. */
    @Test
    void whenAMemberIsCutOffShouldNotProveThatItHasEverything() throws SQLException {
        db3.node().cutFromGroup();
        try (Connection reader = db3.node().connect()) {
            reader.setNetworkTimeout(Runnable::run, 1_000);
            assertThatThrownBy(() -> db3.dialect().awaitCommitting(reader, Duration.ofMillis(100)))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void whenAMemberIsWaitedForShouldShowEverythingThatWasCommitted() throws SQLException {
        try (Connection writer = db1.node().connect();
                Statement update = writer.createStatement();
                Connection reader = db2.node().connect()) {
            for (int i = 1; i <= ROUNDS; i++) {
                update.executeUpdate("UPDATE counter SET v = " + i);
                assertThat(db2.dialect().awaitCommitting(reader, WAIT)).isTrue();
                assertThat(read(reader)).isEqualTo(i);
            }
            assertThat(consistencyOf(reader)).as("as it was").isEqualTo(consistencyOf(writer));
        }
    }

    private static String consistencyOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT @@session.group_replication_consistency")) {
            row.next();
            return row.getString(1);
        }
    }
}
