package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class MySqlWithoutGtidsClusterIT extends MySqlClusterTests {

    MySqlWithoutGtidsClusterIT() {
        super(ReplicatedCluster.mysql().gtids(false));
    }

    @Test
    void whenThereAreNoGtidsThePositionShouldBeInTheBinaryLog() {
        assertThat(cluster().primary().position()).matches("binlog\\.\\d{6,}:\\d+");
        assertThat(cluster().node("db2").position())
                .isEqualTo(cluster().primary().position());
    }

    /** Without GTIDs the positions of two replicas cannot be compared. */
    @Test
    @Override
    void whenAReplicaIsConsolidatedItShouldHaveWhatOnlyAnotherHadReceived() {
        cluster().primary().kill();
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster().consolidate(cluster().node("db2")))
                .withMessageContaining("no GTIDs");
    }

    /** Without GTIDs the position to start at is unknown. */
    @Test
    @Override
    void whenAPromotionIsMadeInStepsHealShouldUndoIt() {
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster().node("db3").replicateFrom(cluster().node("db2")))
                .withMessageContaining("no GTIDs");
    }

    @Test
    void whenMariaDbIsAskedToRunWithoutGtidsItShouldRefuse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicatedCluster.mariaDb().gtids(false))
                .withMessage("MariaDB always has GTIDs; only MySQL can run without");
    }
}
