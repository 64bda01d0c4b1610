package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule 7: whether an instance that knows no primary yet elects the only candidate. */
class PrimaryElectionStartTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);

    // --- transactions of other nodes

    @Test
    void whenAnotherNodeIsDownShouldElectTheSoleCandidate() {
        fleet.server("db3").goesDown();

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAStoppedReplicaIsBehindShouldElectTheSoleCandidate() {
        db2.receiver(Receiver.OFF).has("db1:1-7");

        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenNoServerHasGtidsShouldElectTheSoleCandidate() {
        db1.hasNoGtids();
        db2.hasNoGtids().receiver(Receiver.OFF);

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaOfAnotherServerHasMoreShouldBeContested() {
        fleet.server("db3").goesDown();
        db2.resetReplica().channel("db3", "3", Receiver.ON).has("db1:1-11");

        fleet.probe(db2, db1)
                .expectNone(
                        Reason.CONTESTED,
                        "db1 (at ",
                        ") is writable, but db2 (at ",
                        ") has replicated transactions that it lacks: if db1 is the primary, set"
                                + " replication.routing.nodes.db1.role=primary; if not, make it read-only");
        assertThat(fleet.assessment(db1).rival()).isTrue();
        assertThat(fleet.assessment(db1).role()).isEqualTo(Role.UNKNOWN);
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenAReplicaOfAnotherServerSeemsAheadShouldProbeTheCandidateAgainBeforeElectingIt() {
        db2.resetReplica().channel("db3", "3", Receiver.ON).has("db1:1-11");
        db1.has("db1:1-11");
        fleet.probe(db1, db2).expectPrimary(db1, Reason.SOLE_CANDIDATE);

        fleet.restartInstance();
        db2.has("db1:1-12");
        fleet.probe(db1, db2).expectNone(Reason.PENDING);
        db1.has("db1:1-12");
        fleet.probe(db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaOfAnotherServerHasTransactionsOfItsOwnShouldIgnoreThem() {
        db2.resetReplica().channel("db3", "3", Receiver.ON).has("db1:1-10,db2:1-5");

        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    /** The candidate may be an empty server. */
    @Test
    void whenAConnectedReplicaHasTransactionsOfOtherServersShouldBeContested() {
        db2.has("db1:1-10,db9:1-11");

        fleet.probe(db2, db1).expectNone(Reason.CONTESTED, ") is writable, but db2 (at ");
    }

    @Test
    void whenAConnectedReplicaHasTransactionsOfAnotherReplicaShouldIgnoreThem() {
        db2.has("db1:1-10,db2:1-3");
        fleet.server("db3").follows(db2).has("db1:1-10,db2:1-3");

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.restartInstance();
        fleet.probe(fleet.server("db4").follows(db2).has("db1:1-10,db2:1-3"), db2, db1)
                .expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaHasTransactionsOfAWritableServerShouldBeContested() {
        db2.writable().receiver(Receiver.OFF);
        FleetServer db3 = fleet.server("db3").follows(db2).has("db1:1-10,db2:1-3");

        fleet.probe(db3, db2, db1).expectNone(Reason.PENDING);
        fleet.probe(db2).expectNone(Reason.CONTESTED, ") is writable, but db3 (at ");
    }

    @Test
    void whenAReplicaThatIsDownHadMoreShouldElectTheSoleCandidate() {
        db2.receiver(Receiver.OFF).has("db1:1-11");
        fleet.probe(db2);
        db2.goesDown();

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAStoppedWritableReplicaHasTransactionsOfItsOwnShouldBeContested() {
        db2.writable().receiver(Receiver.OFF).has("db1:1-10,db2:1-5");

        fleet.probe(db2, db1).expectNone(Reason.PENDING);
        fleet.probe(db2, db1).expectNone(Reason.CONTESTED, "is writable, but db2 (at ");
    }

    /** It may be the primary of another instance. */
    @Test
    void whenAConnectedWritableReplicaHasStoppedWritingForTheGapShouldElectTheSoleCandidate() {
        db2.writable().has("db1:1-10,db2:1-5");
        long first = fleet.now();
        fleet.probe(db2, db1);
        fleet.probe(db2, db1).expectNone(Reason.CONTESTED);
        fleet.pass(Duration.ofNanos(first - fleet.now()).plus(Fleet.GAP).minusNanos(1));
        fleet.probe(db2, db1).expectNone(Reason.CONTESTED);

        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.probe(db2, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAConnectedWritableReplicaKeepsWritingShouldBeContested() {
        db2.writable();
        db2.has("db1:1-10,db2:1-1");
        fleet.probe(db2, db1);
        for (int i = 2; i < 20; i++) {
            db2.has("db1:1-10,db2:1-" + i);
            fleet.probe(db2, db1).expectNone(Reason.CONTESTED);
        }
        fleet.pass(Fleet.GAP);

        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAConnectedReplicaSeemsAheadShouldProbeTheCandidateAgainBeforeElectingIt() {
        db2.has("db1:1-10,db9:1-11");

        fleet.probe(db1, db2).expectNone(Reason.PENDING);
        db1.has("db1:1-10,db9:1-11");
        fleet.probe(db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAStoppedWritableReplicaIsNotComparedYetShouldBePending() {
        db2.writable().receiver(Receiver.OFF).has("db1:1-11");

        fleet.probe(db1, db2).expectNone(Reason.PENDING);
        db1.has("db1:1-11");
        fleet.probe(db1, db2).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenADeclaredReplicaHasTransactionsOfItsOwnShouldIgnoreThem() {
        db2.writable().resetReplica().declared(DeclaredRole.REPLICA).has("db1:1-10,db2:1-5");

        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaIsPromotedShouldElectIt() {
        db1.goesDown();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaIsPromotedBesideAnotherCandidateShouldBeContested() {
        db1.goesDown();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db1.recovers();
        db2.writable().receiver(Receiver.OFF);

        fleet.probe().expectNone(Reason.CONTESTED, "db1 (at ", "db2 (at ");
    }

    @Test
    void whenAReplicaOfAnotherServerHasMoreThanThePromotedReplicaShouldBeContested() {
        FleetServer db3 = fleet.server("db3")
                .readOnly()
                .channel("elsewhere", "x", Receiver.ON)
                .has("db1:1-11");
        db1.goesDown();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db3, db2).expectNone(Reason.CONTESTED, "db2 (at ", ") is writable, but db3 (at ");
    }

    @Test
    void whenAReplicaIsPromotedWithoutTheGrantShouldElectIt() {
        db1.goesDown();
        db2.denied();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db2.writable();

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaHasTransactionsOfAServerThatIsDownShouldBeContested() {
        FleetServer db3 = fleet.server("db3").readOnly().has("db1:1-10,db3:1-5");
        db2.follows(db3).has("db1:1-10,db3:1-5");
        fleet.probe(db3);
        db3.goesDown();

        fleet.probe(db2, db1).expectNone(Reason.CONTESTED, "db1 (at ", ") is writable, but db2 (at ");
    }

    @Test
    void whenAWritableNodeThatIsDownHadMoreShouldBeContested() {
        FleetServer db3 = fleet.server("db3").has("db1:1-10,db3:1-5");
        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
        db3.goesDown();

        fleet.probe()
                .expectNone(
                        Reason.CONTESTED,
                        ") is writable, but db3 (at ",
                        "), which does not answer, had transactions that it lacks: start db3");
        db1.has("db1:1-10,db3:1-5");
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheCandidateIsPromotedAfterAWritableNodeWentDownShouldElectTheCandidate() {
        FleetServer db3 = fleet.server("db3").has("db1:1-10,db3:1-5");
        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
        db3.goesDown();
        db1.readOnly();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db1.writable();

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenNodesThatAreDownWereNoCandidatesShouldIgnoreTheirTransactions() {
        FleetServer db3 = fleet.server("db3").has("db1:1-10,db3:1-5").readOnly();
        FleetServer db4 = fleet.server("db4").has("db1:1-10,db4:1-5").declared(DeclaredRole.REPLICA);
        FleetServer db5 = fleet.server("db5").has("db1:1-10,db5:1-5").channel(db1, Receiver.ON);
        fleet.probe(db3, db4, db5);
        db3.goesDown();
        db4.goesDown();
        db5.goesDown();

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    /** A candidate that was reset numbers its transactions from 1 again. */
    @Test
    void whenAConnectedReplicaHasMoreOfTheCandidatesOwnTransactionsShouldElectTheCandidate() {
        db1.has("db1:1-3");
        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);

        fleet.restartInstance();
        db2.receiver(Receiver.OFF);
        fleet.probe(db2, db1).expectNone(Reason.CONTESTED, ") is writable, but db2 (at ");
    }

    // --- without the grant

    @Test
    void whenTheGrantIsMissingAndANodeIsUnseenShouldElectNone() {
        db1.goesDown();
        db2.denied().writable();

        fleet.probe()
                .expectNone(
                        Reason.NO_CANDIDATE,
                        "db2 is writable, but whether it replicates from db1, which has not answered yet, cannot be"
                                + " seen: GRANT X, or set replication.routing.nodes.db2.role=primary");
    }

    @Test
    void whenTheGrantIsMissingShouldElectANodeWithTransactionsOfItsOwn() {
        db1.goesDown();
        db2.denied().writable().has("db1:1-10");
        fleet.probe().expectNone(Reason.NO_CANDIDATE);

        db2.has("db1:1-10,db2:1-1");
        fleet.restartInstance();
        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheGrantIsMissingShouldElectANodeThatWrites() {
        db1.goesDown();
        db2.denied().writable();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db2.has("db1:1-10,db2:1-1");

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheGrantIsMissingShouldElectADeclaredPrimary() {
        db1.goesDown();
        db2.denied().writable().declared(DeclaredRole.PRIMARY);

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheGrantIsMissingAndTheUnseenNodeIsADeclaredReplicaShouldElectTheOther() {
        db1.goesDown().declared(DeclaredRole.REPLICA);
        db2.denied().writable();

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenReplicationIsVisibleAndANodeIsUnseenShouldElectTheOther() {
        db1.goesDown();
        db2.resetReplica().writable();

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheGrantAndGtidsAreMissingShouldElectNone() {
        db1.goesDown();
        db2.denied().writable().hasNoGtids();

        fleet.probe().expectNone(Reason.NO_CANDIDATE, "GRANT X");
    }

    @Test
    void whenANodeDoesNotShowItsReplicationShouldElectItOnceItWrites() {
        db1.goesDown();
        db2.neverShowsReplication().writable().has("db1:1-10,db2:1-1");
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db2.has("db1:1-10,db2:1-2");

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }
}
