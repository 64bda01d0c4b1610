package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.position.MariaDbGtidState;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicationGraphTest {

    private static final int DB1 = 0;
    private static final int DB2 = 1;
    private static final int DB3 = 2;

    /** Comparisons must survive the overflow of System.nanoTime(). */
    private static final long START = Long.MAX_VALUE - 5;

    private final Fleet fleet = Fleet.ofMariaDb();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db2);

    @Test
    void whenAReplicaReceivesThroughAnotherReplicaShouldBeConnectedToBothSources() {
        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.isConnected(DB3, DB2)).isTrue();
        assertThat(graph.isConnected(DB3, DB1)).isTrue();
        assertThat(graph.isConnected(DB1, DB3)).isFalse();
        assertThat(graph.isConnected(DB2, DB2)).isFalse();
        assertThat(graph.sourceOf(DB1)).isEqualTo(-1);
        assertThat(graph.sourceOf(DB3)).isEqualTo(DB1);
    }

    @Test
    void whenAReplicaIsDownShouldNeitherBeConnectedNorConnectOthersToItsSource() {
        fleet.probe();
        db2.goesDown();

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.isConnected(DB2, DB1)).isFalse();
        assertThat(graph.isConnected(DB3, DB2)).isTrue();
        assertThat(graph.isConnected(DB3, DB1)).isFalse();
    }

    @Test
    void whenNodesFormARingShouldBeConnectedButNotReplicas() {
        db1.channel(db3, Receiver.ON);

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.isConnected(DB1, DB2)).isTrue();
        assertThat(graph.isReplicaOf(DB2, DB1)).isFalse();
        assertThat(graph.sourceOf(DB2)).isEqualTo(-1);
        assertThat(graph.sourceChannel(DB1)).isNull();
    }

    @Test
    void whenAServerReplicatesFromItselfShouldNotBeConnected() {
        db1.channel(db1, Receiver.ON);

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.isConnected(DB1, DB1)).isFalse();
        assertThat(graph.sourceOf(DB1)).isEqualTo(-1);
    }

    @Test
    void whenASourceWasNeverReachedShouldFindNoNode() {
        db2.resetReplica().channel("db1", null, Receiver.CONNECTING);

        assertThat(source(fleet.probe().graph(), "db1", null)).isEqualTo(-1);
    }

    @Test
    void whenASourceIsDownShouldFindItByItsLastAnswer() {
        fleet.probe();
        db1.goesDown();

        assertThat(source(fleet.probe().graph(), "x", "1")).isEqualTo(DB1);
    }

    @Test
    void whenAnEndpointLeadsToTheSourceShouldPreferTheServer() {
        fleet.server("db4").endpoint(DeclaredRole.PRIMARY).replacedBy("db1");
        assertThat(source(fleet.probe().graph(), "x", "1")).isEqualTo(DB1);

        fleet.remove(db1);
        assertThat(source(fleet.probe().graph(), "x", "1"))
                .as("the endpoint, now the last")
                .isEqualTo(2);
        fleet.server("db1");
        assertThat(source(fleet.probe().graph(), "x", "1"))
                .as("the server behind it")
                .isEqualTo(3);
    }

    @Test
    void whenTheSourceHasTwoNamesShouldFindTheFirst() {
        fleet.server("db4").replacedBy("db1");

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.twinOf(DB1)).isEqualTo(-1);
        assertThat(graph.twinOf(3)).isEqualTo(DB1);
        assertThat(source(graph, "x", "1")).isEqualTo(DB1);
    }

    @Test
    void whenSeveralNamesLeadToTheIncumbentShouldPreferItsNameAtAnyPosition() {
        FleetServer db4 = fleet.server("db4").replacedBy("db1");
        fleet.remove(db1);
        fleet.probe().expectPrimary(db4, ElectionResult.Reason.SOLE_CANDIDATE);
        fleet.remove(db4);
        fleet.remove(db2);
        fleet.remove(db3);
        fleet.server("db5").replacedBy("db1");
        fleet.add(db4);
        fleet.server("db6").replacedBy("db1");

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.twinOf(0)).isEqualTo(1);
        assertThat(graph.twinOf(1)).isEqualTo(-1);
        assertThat(graph.twinOf(2)).isEqualTo(1);
    }

    @Test
    void whenOnlyOneOfTwoServersWithTheSameIdIsReadOnlyShouldElectNone() {
        fleet.server("db4").replacedBy("db1").readOnly();

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.twinOf(DB1)).isEqualTo(3);
        assertThat(graph.twinOf(3)).isEqualTo(DB1);
        fleet.expectNone(
                ElectionResult.Reason.NO_CANDIDATE, "db1 is the same server as db4", "db4 is the same server as db1");
    }

    /** The first is probed at 0 and the other at {@code later}; each answer arrives 10 ns after its probe. */
    @ParameterizedTest
    @CsvSource({
        "0-1-9, 0-1-9,  10, false",
        "0-1-9, 0-1-10, 10, false",
        "0-1-9, 0-1-8,  10, true",
        "0-1-9, 0-1-9,   9, false",
        "0-1-9, 0-1-10,  9, true",
        "0-1-9, 0-1-8,   9, true",
        "0-1-9, 0-1-9,   0, false",
        "0-1-9, 0-1-10,  0, true",
        "0-1-9, 0-1-8,   0, true",
        "0-1-9, 0-1-8, -10, false",
        "0-1-9, 0-1-10,-10, true",
        "0-1-9, 0-1-8,  -9, true",
    })
    void whenNodesHaveTheSameIdShouldBeTwoServersIfALaterAnswerHasLess(
            String one, String other, long later, boolean twoServers) {
        ReplicationGraph graph =
                new ReplicationGraph(List.of(sameId("db1", one, START), sameId("db2", other, START + later)), null);

        assertThat(graph.twinOf(1)).isEqualTo(0);
        assertThat(graph.twinOf(0)).isEqualTo(twoServers ? 1 : -1);
    }

    private static NodeView sameId(String name, String state, long sentAt) {
        MariaDbGtidPosition position = MariaDbGtidPosition.parse(state);
        return new NodeView(
                NodeSpec.of(name, "jdbc:mysql://" + name + "/"),
                true,
                new NodeView.Answer(
                        sentAt,
                        sentAt + 10,
                        new Observation(
                                "MariaDB 11.4.5",
                                "1",
                                false,
                                false,
                                position,
                                position,
                                MariaDbGtidState.parse(state, position)),
                        new Replication.Channels(List.of()),
                        true),
                RoleHistory.NONE,
                null);
    }

    @Test
    void whenAnotherNodeUsedToBeTheSourceShouldPreferTheNodeThatAnswers() {
        FleetServer db4 = fleet.server("db4").replacedBy("db1");
        fleet.probe(db4);
        db4.goesDown();

        assertThat(source(fleet.probe(db1, db2, db3).graph(), "x", "1")).isEqualTo(DB1);
    }

    @Test
    void whenANodeHasNeverAnsweredShouldReturnItUnlessItIsADeclaredReplica() {
        assertThat(fleet.probe().graph().neverSeen()).isNull();

        FleetServer db4 = fleet.server("db4").goesDown();
        NodeView unseen = fleet.probe().graph().neverSeen();
        assertThat(unseen).isNotNull().extracting(NodeView::name).isEqualTo("db4");
        db4.declared(DeclaredRole.REPLICA);
        assertThat(fleet.probe().graph().neverSeen()).isNull();
    }

    @Test
    void whenMoreThanHalfOfTheReplicasFollowACandidateShouldReturnItAsMostFollowed() {
        FleetServer db4 = fleet.server("db4").readOnly();
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3))).isEqualTo(DB1);
        fleet.server("db5").follows(db4);
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3))).isEqualTo(DB1);
        fleet.server("db6").follows(db4);
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3)))
                .as("two and two")
                .isEqualTo(-1);
        fleet.server("db7").follows(db4);
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3))).isEqualTo(3);
    }

    @Test
    void whenAReplicaFollowsTwoCandidatesShouldCountItOnceForEach() {
        FleetServer db4 = fleet.server("db4").readOnly();
        db2.channel(db4, Receiver.ON);
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3)))
                .as("two each")
                .isEqualTo(-1);

        fleet.server("db5").follows(db1);
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3)))
                .as("three and two of three")
                .isEqualTo(-1);

        fleet.server("db6").follows(db1);
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, 3)))
                .as("four and two of four")
                .isEqualTo(DB1);
    }

    @Test
    void whenACandidateFollowsAnotherShouldNotCountIt() {
        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, DB2)))
                .as("db3, for both")
                .isEqualTo(-1);

        db3.resetReplica();

        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1, DB2))).isEqualTo(-1);
    }

    @Test
    void whenAReceiverIsConnectingShouldBeReplicatingButNotConnected() {
        db2.receiver(Receiver.CONNECTING);

        ReplicationGraph graph = fleet.probe().graph();

        assertThat(graph.isReplicating(DB2, DB1)).isTrue();
        assertThat(graph.isReplicating(DB3, DB1)).isTrue();
        assertThat(graph.isReplicating(DB1, DB2)).isFalse();
        assertThat(graph.isConnected(DB2, DB1)).isFalse();
        db2.receiver(Receiver.OFF);
        assertThat(fleet.probe().graph().isReplicating(DB2, DB1)).isFalse();
    }

    @Test
    void whenNoReplicaIsConnectedShouldReturnNoMostFollowedCandidate() {
        db2.receiver(Receiver.OFF);

        assertThat(fleet.probe().graph().mostFollowed(List.of(DB1))).isEqualTo(-1);
    }

    private static int source(ReplicationGraph graph, String host, @Nullable String id) {
        return graph.sourceOf(
                new ReplicationChannel("", host, 3306, id, null, Receiver.ON, true, null, Duration.ZERO, 0));
    }
}
