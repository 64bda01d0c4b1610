package io.github.replicationrouting.integration.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.topology.NodeState;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("essential")
class MariaDbLagIT extends LagTests {

    MariaDbLagIT() {
        super(MonitoredCluster.MARIADB);
    }

    @Test
    void whenReplicationIsByLogPositionGtidsShouldStillCount() {
        tamperWith("db2").execute(List.of("STOP SLAVE", "CHANGE MASTER TO MASTER_USE_GTID = no", "START SLAVE"));
        start(LagProbe.POSITION);
        insert();
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
            assertThat(status("db2").lag()).isZero();
            assertThat(status("db2").position()).isEqualTo(status("db1").position());
        });
        db2().stopApplier();
        insert();
        await().atMost(SOON).until(() -> status("db2").state() == NodeState.LAGGING);
    }
}
