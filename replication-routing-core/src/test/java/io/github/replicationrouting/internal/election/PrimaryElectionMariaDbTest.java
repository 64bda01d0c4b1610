package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import org.junit.jupiter.api.Test;

/** MariaDB servers that diverged from one position differ only in {@code gtid_binlog_state}. */
class PrimaryElectionMariaDbTest {

    private final Fleet fleet = Fleet.ofMariaDb();
    private final FleetServer db1 = fleet.server("db1").has("0-1-20");
    private final FleetServer db2 = fleet.server("db2").has("0-1-20").follows(db1);

    @Test
    void whenTheFollowedServerHasTheStateOfTheOtherShouldElectIt() {
        writeAfterPromotion(db2);
        fleet.server("db3").follows(db2);

        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
    }

    @Test
    void whenTheFollowedServerHasDivergedFromTheOtherShouldBeContested() {
        writeAfterPromotion(db2);
        db1.has("0-1-21");
        fleet.server("db3").follows(db2);

        fleet.probe()
                .expectNone(
                        Reason.CONTESTED,
                        "db1 (at 0-1-21, of its own 0-1-21) and db2 (at 0-1-20,0-2-25, of its own 0-2-25) are writable"
                                + " and nothing shows which is right");
    }

    @Test
    void whenANewlySeenServerHasDivergedShouldBeContested() {
        db2.goesDown();
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        writeAfterPromotion(db2.recovers());
        db1.has("0-1-21");

        fleet.probe(db2, db1).expectNone(Reason.CONTESTED, "db1 (at 0-1-21", "db2 (at 0-1-20,0-2-25");
    }

    @Test
    void whenANewlySeenServerHasLessShouldKeepTheIncumbent() {
        db2.goesDown();
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        db2.recovers().resetReplica().writable();
        db1.has("0-1-21");

        fleet.probe(db2, db1).expectPrimary(db1, Reason.INCUMBENT);
        assertThat(fleet.assessment(db2).reason()).isEqualTo("writable beside the primary db1");
    }

    /** The state of a restored server does not list the servers that wrote before the backup. */
    @Test
    void whenTheSoleCandidateWasRestoredFromABackupShouldElectIt() {
        db1.hasOfMariaDb("0-1-20", "0-1-20", "");
        db2.hasOfMariaDb("0-9-5,0-1-20", "0-1-20", "0-1-20").receiver(Receiver.OFF);

        fleet.probe(db2, db1).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAReplicaOfAnotherServerIsAheadOfTheSoleCandidateShouldBeContested() {
        fleet.server("db3").goesDown();
        db2.resetReplica().channel("db3", "3", Receiver.ON).hasOfMariaDb("0-3-21", "0-3-21", "0-3-21");

        fleet.probe(db2, db1).expectNone(Reason.CONTESTED, "db1 (at 0-1-20", "db2 (at 0-3-21");
    }

    @Test
    void whenTheGrantIsMissingShouldElectAServerWithTransactionsOfItsOwn() {
        db1.goesDown();
        writeAfterPromotion(db2.denied());

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    private static void writeAfterPromotion(FleetServer server) {
        server.resetReplica().writable().hasOfMariaDb("0-1-20,0-2-25", "0-2-25", "0-1-20");
    }
}
