package io.github.replicationrouting.internal.monitor.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.replicationrouting.internal.monitor.lag.LagTrend.Change;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LagTrendTest {

    private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
    private final LagTrend trend = new LagTrend(Duration.ofSeconds(10));

    @Test
    void whenLagExceedsHalfOfTheLimitShouldWarnOnceUntilItRecoversToAQuarter() {
        assertThat(add(5_000)).isEqualTo(Change.NONE);
        assertThat(add(5_001)).isEqualTo(Change.FALLS_BEHIND);
        assertThat(add(9_000)).isEqualTo(Change.NONE);
        assertThat(add(3_000)).isEqualTo(Change.NONE);
        assertThat(add(6_000)).isEqualTo(Change.NONE);
        assertThat(add(2_500)).isEqualTo(Change.RECOVERED);
        assertThat(add(2_400)).isEqualTo(Change.NONE);
        assertThat(add(6_000)).isEqualTo(Change.FALLS_BEHIND);
    }

    @Test
    void whenAReplicaAppliesNothingShouldReportARateOfOne() {
        for (int millis = 0; millis <= 6_000; millis += 500) {
            add(millis);
        }
        assertThat(trend.rate()).isCloseTo(1, within(0.001));
    }

    @Test
    void whenAReplicaCatchesUpShouldReportTheRecentRateOnly() {
        for (int i = 0; i < 100; i++) {
            add(100_000 + 300 * i);
        }
        for (int i = 0; i < 21; i++) {
            add(130_000 - 1_000 * i);
        }
        assertThat(trend.rate()).isCloseTo(-2, within(0.001));
    }

    @Test
    void whenThereIsOneSampleShouldReportNoRate() {
        add(9_000);
        assertThat(trend.rate()).isNaN();
    }

    private Change add(long lagMillis) {
        now += Duration.ofMillis(500).toNanos();
        return trend.add(Duration.ofMillis(lagMillis), now);
    }
}
