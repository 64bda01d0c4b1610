package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeViewTest {

    private static final String ID = "00000000-0000-0000-0000-000000000001";
    private static final String OTHER = "00000000-0000-0000-0000-000000000002";
    private static final Duration PERIOD = Duration.ofNanos(10);

    /** Comparisons must survive the overflow of System.nanoTime(). */
    private static final long NOW = Long.MIN_VALUE + 5;

    // --- writes

    @ParameterizedTest
    @CsvSource({
        "9,  ,   true",
        "10, ,   false",
        "99, 9,  true",
        "99, 10, false",
        "9,  99, true",
        ",   ,   false",
    })
    void whenANodeWasFirstSeenOrWroteWithinThePeriodShouldPossiblyBeWriting(
            @Nullable Long seenFor, @Nullable Long wroteBefore, boolean expected) {
        NodeView node = node(new RoleHistory(null, null, null, null, before(seenFor), before(wroteBefore)));

        assertThat(node.mayBeWriting(PERIOD)).isEqualTo(expected);
        assertThat(node.isQuiet(PERIOD)).isEqualTo(!expected);
    }

    @ParameterizedTest
    @CsvSource({"9, false", "10, true", ", true"})
    void whenTheRoleHasNotChangedWithinThePeriodShouldBeQuiet(@Nullable Long changedBefore, boolean expected) {
        NodeView node = node(new RoleHistory(null, before(changedBefore), null, null, before(99L), null));

        assertThat(node.isQuiet(PERIOD)).isEqualTo(expected);
        assertThat(node.mayBeWriting(PERIOD)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"9, true", "10, false", ", false"})
    void whenANodeWroteWithinThePeriodShouldReportAWrite(@Nullable Long wroteBefore, boolean expected) {
        NodeView node = node(new RoleHistory(null, null, null, null, before(3L), before(wroteBefore)));

        assertThat(node.hasWrittenWithin(PERIOD)).isEqualTo(expected);
    }

    @Test
    void whenTheLastWriteIsLaterThanTheGivenTimeShouldReportAWrite() {
        NodeView node = node(new RoleHistory(null, null, null, null, before(99L), before(7L)));

        assertThat(node.hasWrittenSince(before(8))).isTrue();
        assertThat(node.hasWrittenSince(before(7))).isFalse();
        assertThat(node(RoleHistory.NONE).hasWrittenSince(before(99))).isFalse();
    }

    @Test
    void whenANodeHasNeverAnsweredShouldBeNeitherWritingNorQuiet() {
        NodeView unseen = new NodeView(NodeSpec.of("db1", "jdbc:mysql://db1/"), false, null, RoleHistory.NONE, null);

        assertThat(unseen.mayBeWriting(PERIOD)).isFalse();
        assertThat(unseen.isQuiet(PERIOD)).isFalse();
        assertThat(unseen.hasWrittenWithin(PERIOD)).isFalse();
    }

    @Test
    void whenThePositionHasTransactionsOfSeveralServersShouldReturnTheServersOwn() {
        assertThat(answer(GtidSet.parse(ID + ":1-5," + OTHER + ":1-9"), true).ownTransactions())
                .isEqualTo(GtidSet.parse(ID + ":1-5"));
        assertThat(answer(null, true).ownTransactions()).isNull();
    }

    // --- role

    @Test
    void whenANodeHasASourceOrIsReadOnlyWithoutTheGrantShouldHaveBecomeAReplica() {
        ReplicationChannel stopped =
                new ReplicationChannel("", "db9", 3306, null, null, Receiver.OFF, false, null, Duration.ZERO, 0);

        assertThat(node(new Replication.Channels(List.of(stopped)), false, true).hasBecomeReplica())
                .isTrue();
        assertThat(node(new Replication.Channels(List.of()), true, true).hasBecomeReplica())
                .isFalse();
        assertThat(node(new Replication.NotPermitted("GRANT X"), true, true).hasBecomeReplica())
                .isTrue();
        assertThat(node(new Replication.NotPermitted("GRANT X"), false, true).hasBecomeReplica())
                .isFalse();
        assertThat(node(new Replication.NotAsked(), true, true).hasBecomeReplica())
                .isFalse();
        assertThat(node(new Replication.Channels(List.of(stopped)), true, false).hasBecomeReplica())
                .isFalse();
    }

    private static long before(int nanos) {
        return NOW - nanos;
    }

    private static @Nullable Long before(@Nullable Long nanos) {
        return nanos == null ? null : NOW - nanos;
    }

    private static NodeView node(RoleHistory roles) {
        return new NodeView(NodeSpec.of("db1", "jdbc:mysql://db1/"), true, answer(null, true), roles, null);
    }

    private static NodeView node(Replication replication, boolean readOnly, boolean alive) {
        Observation seen = new Observation("MySQL 9.7.4", ID, readOnly, false, null, null);
        return new NodeView(
                NodeSpec.of("db1", "jdbc:mysql://db1/"),
                alive,
                new Answer(NOW - 1, NOW, seen, replication, true),
                RoleHistory.NONE,
                null);
    }

    private static Answer answer(@Nullable Position history, boolean current) {
        return new Answer(
                NOW - 1,
                NOW,
                new Observation("MySQL 9.7.4", ID, false, false, history, history),
                new Replication.Channels(List.of()),
                current);
    }
}
