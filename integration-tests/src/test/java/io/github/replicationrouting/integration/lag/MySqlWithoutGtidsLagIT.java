package io.github.replicationrouting.integration.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.util.List;
import org.junit.jupiter.api.Test;

class MySqlWithoutGtidsLagIT extends LagTests {

    MySqlWithoutGtidsLagIT() {
        super(MonitoredCluster.MYSQL_WITHOUT_GTIDS);
    }

    @Test
    void whenTheSourceIsAnotherServerPositionsShouldNotBeCompared() {
        db2().awaitPosition(cluster().primary().position());
        ClusterNode db3 = tamperWith("db3");
        db3.awaitPosition(cluster().primary().position());
        // db3 now replicates from db2, whose log is longer than the primary's.
        db2().execute(List.of("FLUSH BINARY LOGS", "FLUSH BINARY LOGS", "FLUSH BINARY LOGS"));
        db3.execute(List.of(
                "STOP REPLICA",
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'db2', SOURCE_LOG_FILE = 'binlog.000004',"
                        + " SOURCE_LOG_POS = 4",
                "START REPLICA"));
        start(LagProbe.AUTO);
        await().atMost(SOON).until(() -> status("db3").state() == NodeState.ONLINE);
        assertThat(status("db3").freshness().isProven()).isFalse();
        assertThat(status("db2").freshness().isProven()).isTrue();

        stopMonitor();
        start(LagProbe.POSITION);
        assertThat(status("db3").state()).isEqualTo(NodeState.UNKNOWN);
        assertThat(status("db3").reason()).isEqualTo("lag unknown: no position to compare");
    }
}
