package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The election among servers that replicate from each other, and are in no group. */
class RingElectionTest {

    private final Group ring = new Group("db1", "db2", "db3");

    RingElectionTest() {
        ring.member("db1").inRing(1, 3, 1);
        ring.member("db2").inRing(2, 3, 2);
        ring.member("db3").inRing(3, 3, 3);
    }

    @ParameterizedTest
    @EnumSource(
            value = WritePolicy.class,
            mode = Mode.INCLUDE,
            names = {"ROUND_ROBIN", "LEAST_IN_FLIGHT"})
    void whenAPolicyLetsServersDivergeShouldWriteToNoneUnlessThatIsAccepted(WritePolicy policy) {
        ring.settings(TopologyKind.MULTI_PRIMARY, policy, false).probes(2);

        assertThat(ring.writers()).isEmpty();
        assertThat(ring.result().noPrimaryReason()).contains("replication.routing.writes.allow-divergence=true");

        assertThat(ring.allowDivergence().probe().writers()).containsExactly("db1", "db2", "db3");
    }

    @Test
    void whenKeysDivideTheWritesShouldWriteToAll() {
        ring.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.AFFINITY, false).probes(2);

        assertThat(ring.writers()).containsExactly("db1", "db2", "db3");
        assertThat(ring.result().ring()).isEqualTo(RingCheck.Result.NOTHING);
    }

    @Test
    void whenTwoServersGenerateTheSameKeysShouldWriteToOneOfThem() {
        ring.member("db3").inRing(3, 3, 1);
        ring.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.AFFINITY, false).probes(2);

        assertThat(ring.writers()).containsExactly("db1", "db2");
        assertThat(ring.assessment("db3").role()).isEqualTo(Role.PRIMARY);
        assertThat(ring.result().ring().problems()).singleElement().asString().contains("db1 and db3");
    }

    @Test
    void whenOneServerTakesAllWritesShouldOnlyReportThatTwoGenerateTheSameKeys() {
        ring.member("db2").inRing(2, 3, 1);
        ring.probes(2);

        assertThat(ring.primary()).isEqualTo("db1");
        assertThat(ring.result().ring().problems()).hasSize(1);
    }

    @Test
    void whenAServerHasDivergedShouldUseTheOthers() {
        ring.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.AFFINITY, false).probes(2);
        ring.member("db2").applierError(1062);

        ring.probe();

        assertThat(ring.writers()).containsExactly("db1", "db3");
        assertThat(ring.assessment("db2").role()).isEqualTo(Role.UNKNOWN);
        assertThat(ring.assessment("db2").reason()).contains("has diverged").contains("1062");

        ring.member("db2").applierError(0);
        assertThat(ring.probe().writers()).containsExactly("db1", "db2", "db3");
    }

    @Test
    void whenTheWriterHasDivergedShouldWriteToAnotherOne() {
        ring.probes(2);
        assertThat(ring.primary()).isEqualTo("db1");
        ring.member("db1").applierError(1032);

        ring.probe();

        assertThat(ring.primary()).isEqualTo("db2");
    }

    @Test
    void whenAllHaveDivergedShouldKeepTheWriter() {
        ring.probes(2);
        for (String name : new String[] {"db1", "db2", "db3"}) {
            ring.member(name).applierError(1062);
        }

        ring.probe();

        assertThat(ring.primary()).isEqualTo("db1");
        assertThat(ring.assessment("db3").role()).isEqualTo(Role.UNKNOWN);
    }

    @Test
    void whenTheOnlyServerThatIsLeftCannotWriteShouldSayThatTheOtherHasDiverged() {
        ring.probes(2);
        ring.member("db1").applierError(1062);
        ring.member("db2").drained(true);
        ring.member("db3").drained(true);

        ring.probe();

        assertThat(ring.writers()).isEmpty();
        assertThat(ring.result().noPrimaryReason()).contains("db1 has diverged");
    }

    @Test
    void whenServersAreInAGroupShouldNotCheckThem() {
        Group group = new Group("db1", "db2");
        group.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.ROUND_ROBIN, false)
                .probes(2);

        assertThat(group.writers()).containsExactly("db1", "db2");
        assertThat(group.result().ring()).isEqualTo(RingCheck.Result.NOTHING);
    }
}
