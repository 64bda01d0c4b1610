package io.github.replicationrouting.integration.group;

import static io.github.replicationrouting.integration.group.ObservedMember.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ClusterNode;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the dialect reads of a Galera cluster in each state of its members, and waits for. */
@WithReplicatedCluster(kind = ClusterKind.GALERA)
class GaleraObservationIT {

    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int ROUNDS = 1_000;

    private final ReplicatedCluster cluster;
    private final ObservedMember db1;
    private final ObservedMember db2;
    private final ObservedMember db3;

    GaleraObservationIT(ReplicatedCluster cluster) {
        this.cluster = cluster;
        this.db1 = new ObservedMember(cluster, "db1", "mariadb");
        this.db2 = new ObservedMember(cluster, "db2", "mariadb");
        this.db3 = new ObservedMember(cluster, "db3", "mariadb");
    }

    @BeforeEach
    void createTable() throws SQLException {
        cluster.recreateDatabase();
        db1.execute("CREATE TABLE counter (id INT PRIMARY KEY, v BIGINT)");
        db1.execute("INSERT INTO counter VALUES (1, 0)");
        cluster.awaitReplicated();
    }

    private static View view(GroupMembership membership) {
        return Objects.requireNonNull(membership.view());
    }

    @Test
    void whenAllAreSyncedShouldShareAViewAndEachHaveAnIdOfItsOwn() throws SQLException {
        Set<String> ids = new HashSet<>();
        Set<String> orders = new HashSet<>();
        Set<View> views = new HashSet<>();
        for (ObservedMember member : List.of(db1, db2, db3)) {
            Observation seen = member.observe();
            GroupMembership membership = Objects.requireNonNull(seen.group());
            assertThat(membership.state()).isEqualTo("Synced");
            assertThat(membership.readable()).isTrue();
            assertThat(membership.writable()).isTrue();
            assertThat(membership.problem()).isNull();
            assertThat(membership.flowControl()).isNotNull();
            assertThat(seen.written()).isInstanceOf(GaleraPosition.class);
            assertThat(seen.executed()).isEqualTo(seen.written());
            ids.add(seen.serverId());
            orders.add(membership.order());
            views.add(view(membership));
        }
        assertThat(ids).hasSize(3);
        assertThat(orders).containsExactlyInAnyOrder("00000", "00001", "00002");
        assertThat(views).hasSize(1);
        assertThat(views.iterator().next().size()).isEqualTo(3);
        assertThat(views.iterator().next().majority()).isTrue();
    }

    @Test
    void whenOneWritesShouldCountThereOnly() throws SQLException {
        long before = Objects.requireNonNull(db1.membership().localWrites());
        long other = Objects.requireNonNull(db2.membership().localWrites());
        for (int i = 0; i < 5; i++) {
            db1.execute("UPDATE counter SET v = v + 1");
        }
        assertThat(db1.membership().localWrites()).isEqualTo(before + 5);
        assertThat(db2.membership().localWrites()).isEqualTo(other);
    }

    @Test
    void whenAMemberIsDesyncedShouldServeReadsOnly() {
        db3.node().desync(true);
        GroupMembership desynced = db3.await(seen -> !seen.writable());
        assertThat(desynced.readable()).isTrue();
        assertThat(desynced.problem()).isEqualTo("is desynced (wsrep_desync)");
        db3.node().desync(false);
        db3.await(GroupMembership::writable);
    }

    @Test
    void whenAMemberIsLockedForABackupShouldServeReadsOnly() throws SQLException {
        try (Connection backup = db3.node().adminConnection();
                Statement statement = backup.createStatement()) {
            statement.execute("FLUSH TABLES WITH READ LOCK");
            GroupMembership locked = db3.await(seen -> !seen.writable());
            assertThat(locked.readable()).isTrue();
            assertThat(locked.problem()).contains("locked for a backup");
            statement.execute("UNLOCK TABLES");
        }
        db3.await(GroupMembership::writable);
    }

    @Test
    void whenAMemberRejectsQueriesShouldServeNothingAlthoughItIsSynced() {
        db3.node().rejectQueries(true);
        GroupMembership rejecting = db3.await(seen -> !seen.readable());
        assertThat(rejecting.state()).isEqualTo("Synced");
        assertThat(rejecting.writable()).isFalse();
        assertThat(rejecting.problem()).startsWith("rejects queries");
    }

    @Test
    void whenAMemberIsReadOnlyShouldServeReadsOnly() throws SQLException {
        db3.node().readOnly(true);
        GroupMembership readOnly = db3.membership();
        assertThat(readOnly.readable()).isTrue();
        assertThat(readOnly.writable()).isFalse();
        assertThat(readOnly.problem()).isEqualTo("is read-only (read_only)");
    }

    @Test
    void whenAMemberIsCutOffShouldBeInNoViewAndTheOthersInANewerOne() throws SQLException {
        View before = view(db1.membership());
        db3.node().cutFromGroup();
        GroupMembership minority = db3.await(seen -> !seen.readable());
        assertThat(minority.view()).isNull();
        assertThat(minority.writable()).isFalse();
        assertThat(minority.problem()).contains("not in the primary component");
        View majority = view(db1.await(seen -> view(seen).size() == 2));
        assertThat(majority.groupId()).isEqualTo(before.groupId());
        assertThat(majority.number()).isGreaterThan(before.number());
        assertThat(majority.majority()).isTrue();
        assertThat(db1.membership().writable()).isTrue();
    }

    /** A joiner gets the state of one of the others, which serves reads meanwhile. */
    @Test
    void whenAMemberJoinsShouldShowTheDonorAndServeNothingBeforeItIsSynced() throws SQLException {
        String id = db3.observe().serverId();
        AtomicBoolean donor = new AtomicBoolean();
        CompletableFuture<Void> join =
                CompletableFuture.runAsync(() -> db3.node().startWithoutData());
        while (!join.isDone()) {
            for (ObservedMember other : List.of(db1, db2)) {
                GroupMembership seen = other.membership();
                assertThat(seen.readable()).isTrue();
                if (!seen.writable()) {
                    assertThat(seen.problem()).contains("donor");
                    donor.set(true);
                }
            }
        }
        join.join();
        assertThat(donor).isTrue();
        db3.await(GroupMembership::writable);
        assertThat(db3.observe().serverId()).as("another process").isNotEqualTo(id);
    }

    @Test
    void whenTheApplierStandsStillShouldNotProveAnythingUntilItGoesOn() throws SQLException {
        try (Connection backup = db2.node().adminConnection();
                Statement statement = backup.createStatement()) {
            statement.execute("FLUSH TABLES WITH READ LOCK");
            db1.execute("UPDATE counter SET v = 7");
            try (Connection reader = db2.node().connect()) {
                reader.setNetworkTimeout(Runnable::run, 1_000);
                assertThatThrownBy(() -> db2.dialect().awaitCommitting(reader, Duration.ofMillis(100)))
                        .isInstanceOf(SQLException.class);
            }
            try (Connection reader = db2.node().connect()) {
                Position wanted = Objects.requireNonNull(db1.observe().written());
                assertThat(db2.dialect().await(reader, wanted, Duration.ofMillis(100)))
                        .isNull();
                assertThat(read(reader)).isZero();
            }
            statement.execute("UNLOCK TABLES");
        }
        try (Connection reader = db2.node().connect()) {
            assertThat(db2.dialect().awaitCommitting(reader, WAIT)).isTrue();
            assertThat(read(reader)).isEqualTo(7);
        }
    }

    /** The reader asks what was written after its writer was answered, and finds that on another member. */
    @Test
    void whenAMemberIsWaitedForShouldShowEverythingThatWasCommitted() throws SQLException {
        try (Connection writer = db1.node().connect();
                Statement update = writer.createStatement();
                Connection second = db2.node().connect();
                Connection third = db3.node().connect()) {
            assertThat(db1.dialect().commitTrackingStatement(writer)).isNull();
            for (int i = 1; i <= ROUNDS; i++) {
                update.executeUpdate("UPDATE counter SET v = " + i);
                if (i % 2 == 0) {
                    assertThat(db2.dialect().awaitCommitting(second, WAIT)).isTrue();
                    assertThat(read(second)).isEqualTo(i);
                } else {
                    Position written = Objects.requireNonNull(db1.dialect().written(writer));
                    assertThat(db3.dialect().await(third, written, WAIT)).isNotNull();
                    assertThat(read(third)).isEqualTo(i);
                }
            }
        }
    }

    /** A row of a member can be read before the number of its commit is counted. */
    @Test
    void whenReadsHaveSeenARowShouldNotReportLessThanIt() throws SQLException {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong last = new AtomicLong();
        long base;
        try (Connection reader = db2.node().connect()) {
            base = number(Objects.requireNonNull(db2.dialect().executed(reader)));
        }
        CompletableFuture<Void> writes = CompletableFuture.runAsync(() -> {
            try (Connection writer = db1.node().connect();
                    Statement update = writer.createStatement()) {
                while (!done.get()) {
                    update.executeUpdate("UPDATE counter SET v = v + 1");
                    last.incrementAndGet();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        try (Connection reader = db2.node().connect()) {
            for (int i = 0; i < 3 * ROUNDS; i++) {
                long seen = read(reader);
                assertThat(number(Objects.requireNonNull(db2.dialect().executed(reader))))
                        .isGreaterThanOrEqualTo(base + seen);
            }
        } finally {
            done.set(true);
            writes.join();
        }
        assertThat(last).hasPositiveValue();
    }

    private static long number(Position position) {
        String text = position.toString();
        return Long.parseLong(text.substring(text.indexOf(':') + 1));
    }

    /** Whether the numbers of views go on is not relied on: no answer of the earlier ones is left. */
    @Test
    void whenTheWholeClusterRestartsShouldBeInOneViewOfTheSameCluster() throws SQLException {
        String group = view(db1.membership()).groupId();
        cluster.restartGroup();
        for (ClusterNode node : cluster.nodes()) {
            GroupMembership seen = new ObservedMember(cluster, node.name(), "mariadb")
                    .await(membership ->
                            membership.writable() && view(membership).size() == 3);
            assertThat(view(seen).groupId()).isEqualTo(group);
        }
    }
}
