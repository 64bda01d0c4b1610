package io.github.replicationrouting.internal.monitor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.FakeScheduler;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import java.util.List;
import org.junit.jupiter.api.Test;

class LagMeterTest {

    private static final String SOURCE = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private final NodeRecord primary = NodeRecords.server("db1");
    private final MonitoredNodes nodes = new MonitoredNodes();
    private final LagMeter meter =
            new LagMeter(nodes, MonitorSettings.defaults(), new FakeScheduler(new FailureGuard("test")));

    LagMeterTest() {
        nodes.add(primary);
        nodes.setWriters(primary, List.of(primary));
    }

    @Test
    void whenOverlappingProbesAnswerInAnotherOrderShouldKeepTheHistory() {
        sample(1_000, 100, 200);

        // Sent before the answer of the first probe arrived, and executed by the server before it.
        sample(900, 150, 300);

        assertThat(meter.follows(GtidSet.parse(SOURCE + ":1-950"))).isFalse();
        assertThat(meter.follows(GtidSet.parse(SOURCE + ":1-1000"))).isTrue();
    }

    @Test
    void whenALaterProbeShowsLessShouldBeginANewHistory() {
        sample(1_000, 100, 200);

        sample(900, 200, 300);

        assertThat(meter.follows(GtidSet.parse(SOURCE + ":1-950"))).isTrue();
    }

    private void sample(long transactions, long sentAt, long arrivedAt) {
        GtidSet executed = GtidSet.parse(SOURCE + ":1-" + transactions);
        NodeRecords.answers(primary, new Observation("MySQL 9.7.4", "db1", false, false, executed, executed));
        NodeRecords.sentAt(primary, sentAt);
        NodeRecords.arrivedAt(primary, arrivedAt);
        meter.sample();
    }
}
