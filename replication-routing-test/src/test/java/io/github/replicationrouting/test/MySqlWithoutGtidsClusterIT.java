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
    void positionIsAPlaceInTheBinaryLog() {
        assertThat(cluster().primary().position()).matches("binlog\\.\\d{6,}:\\d+");
        assertThat(cluster().node("db2").position())
                .isEqualTo(cluster().primary().position());
    }

    /** Nobody could tell what one replica has and another has not. */
    @Test
    @Override
    void consolidatedReplicaHasWhatOnlyAnotherOneHadReceived() {
        cluster().primary().kill();
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster().consolidate(cluster().node("db2")))
                .withMessageContaining("by GTIDs");
    }

    /** No GTID says from where on a server replicates. */
    @Test
    @Override
    void stepByStepPromotionIsHealed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster().node("db3").replicateFrom(cluster().node("db2")))
                .withMessageContaining("by GTIDs");
    }

    @Test
    void mariaDbCannotDoWithout() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicatedCluster.mariaDb().gtids(false))
                .withMessage("MariaDB always has GTIDs; only MySQL can do without");
    }
}
