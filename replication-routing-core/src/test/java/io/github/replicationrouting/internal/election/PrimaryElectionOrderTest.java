package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import org.junit.jupiter.api.Test;

/** The order of the configured nodes decides nothing: here the node that matters is the first one. */
class PrimaryElectionOrderTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db3 = fleet.server("db3");
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);

    @Test
    void whenTheFirstNodeHasMoreThanTheSoleCandidateShouldBeContested() {
        db3.readOnly().channel("elsewhere", "x", Receiver.ON).has("db1:1-11");

        fleet.probe()
                .expectNone(
                        Reason.CONTESTED, ") is writable, but db3 (at ", ") has replicated transactions that it lacks");
        assertThat(fleet.assessment(db1).reason()).startsWith("writable, but lacks transactions of db3, or");
    }

    @Test
    void whenTheFirstNodeIsNotComparedYetShouldBePending() {
        db3.readOnly().channel("elsewhere", "x", Receiver.ON).has("db1:1-11");

        fleet.probe(db1, db3).expectNone(Reason.PENDING);
        fleet.probe(db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenTheFirstNodeIsNotTheSourceOfAWritableReplicaShouldNameTheSourceInTheWarning() {
        db3.follows(db1);
        db2.writable();

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(db2).warning()).isEqualTo("replicates from db1, but is writable: set read_only");
    }

    @Test
    void whenANodeIsUnseenAndTheFirstNodeHasMoreThanTheIncumbentShouldBeContested() {
        fleet.server("db4").goesDown();
        db3.readOnly().channel("elsewhere", "x", Receiver.ON);
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        db3.has("db1:1-11");

        fleet.probe().expectNone(Reason.CONTESTED, ") is writable, but db3 (at ");
    }

    @Test
    void whenTheFirstNodeIsWrittenToBesideTheIncumbentShouldBeContested() {
        db3.channel("elsewhere", "x", Receiver.OFF);
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        db3.has("db1:1-10,db3:1-5");

        fleet.probe().expectNone(Reason.CONTESTED, ") is writable, but db3 (at ");
    }

    @Test
    void whenTheFirstNodeWasWrittenToSinceTheLossShouldBeContested() {
        db3.follows(db1);
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        db3.resetReplica().writable();
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db2.resetReplica().writable();
        db3.has("db1:1-10,db3:1-5");

        fleet.probe().expectNone(Reason.CONTESTED, "db2 (at ", ") is writable, but db3 (at ");
    }

    @Test
    void whenTheOthersFollowTheFirstNodeShouldElectIt() {
        db1.declared(DeclaredRole.PRIMARY);
        db2.follows(db3);

        fleet.probe().expectPrimary(db3, Reason.SUPPORTED);
    }

    @Test
    void whenTheFirstNodeHasASecondNameShouldStateItInTheReason() {
        db1.readOnly();
        db3.readOnly();
        fleet.server("db4").replacedBy("db3").readOnly();

        fleet.probe().expectNone(Reason.NO_CANDIDATE, "db4 is the same server as db3");
    }

    @Test
    void whenTheFirstNodeHasASecondNameShouldCountItOnceForTheMajority() {
        db3.follows(db1);
        FleetServer db5 = fleet.server("db5").follows(db1);
        fleet.server("db4").replacedBy("db3").readOnly();
        makeWritable(db2.receiver(Receiver.OFF));
        db1.goesDown();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db3.follows(db2);
        db5.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheIncumbentStartsItsStoppedChannelToThePromotedFirstNodeShouldElectThatNode() {
        db3.follows(db1);
        db1.channel(db3, Receiver.OFF);
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        db3.resetReplica().writable();
        db1.receiver(Receiver.ON);

        fleet.probe().expectPrimary(db3, Reason.PROMOTION);
    }

    private void makeWritable(FleetServer server) {
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        server.writable();
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
    }
}
