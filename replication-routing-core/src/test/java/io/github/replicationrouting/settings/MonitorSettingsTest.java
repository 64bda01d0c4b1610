package io.github.replicationrouting.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonitorSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1000, 2, 5000, 2500, 0, interval",
        "500, 0, 2, 5000, 2500, 0, timeout",
        "500, 1000, 0, 5000, 2500, 0, failure-threshold",
        "500, 1000, 2, 0, 0, 0, max-lag",
        "500, 1000, 2, 5000, 0, 0, readmit-lag",
        "500, 1000, 2, 5000, 5001, 0, readmit-lag",
        "500, 1000, 2, 5000, 2500, -1, slow-start",
    })
    void whenAValueIsInvalidShouldNameIt(
            long interval, long timeout, int failures, long maxLag, long readmitLag, long slowStart, String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(interval, timeout, failures, maxLag, readmitLag, slowStart))
                .withMessageMatching("replication\\.routing\\.(monitor|reads)\\." + name + " .*");
    }

    @Test
    void whenSeveralValuesAreInvalidShouldReportEachWithAnAction() {
        assertThatExceptionOfType(InvalidSettingsException.class)
                .isThrownBy(() -> settings(0, -5, 2, 5_000, 5_001, 0))
                .withMessage(
                        "replication.routing.monitor.interval must be positive, but is 0s;"
                                + " replication.routing.monitor.timeout must be positive, but is -5ms;"
                                + " replication.routing.reads.readmit-lag (5001ms) is above replication.routing.reads.max-lag (5s)")
                .satisfies(e -> assertThat(e.problems())
                        .extracting(InvalidSettingsException.Problem::action)
                        .containsExactly(
                                "Set 'replication.routing.monitor.interval' to a positive value, or leave it out",
                                "Set 'replication.routing.monitor.timeout' to a positive value, or leave it out",
                                "Set 'replication.routing.reads.readmit-lag' below 'reads.max-lag', or leave it out"));
    }

    @Test
    void whenValuesAreMinimalShouldAcceptThem() {
        assertThat(settings(1, 1, 1, 1, 1, 0).readmitLag()).isEqualTo(Duration.ofMillis(1));
    }

    private static MonitorSettings settings(
            long interval, long timeout, int failures, long maxLag, long readmitLag, long slowStart) {
        return new MonitorSettings(
                Duration.ofMillis(interval),
                Duration.ofMillis(timeout),
                failures,
                LagProbe.AUTO,
                Duration.ofMillis(maxLag),
                Duration.ofMillis(readmitLag),
                Duration.ofMillis(slowStart));
    }
}
