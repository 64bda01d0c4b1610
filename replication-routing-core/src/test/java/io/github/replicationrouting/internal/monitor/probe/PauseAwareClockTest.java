package io.github.replicationrouting.internal.monitor.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PauseAwareClockTest {

    private long now = Long.MAX_VALUE - 1000;
    private final PauseAwareClock time = new PauseAwareClock(now);
    private final long start = time.at(now);

    @Test
    void whenTicksAreOnTimeShouldFollowTheClock() {
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(i % 2 == 0 ? 50 : 95));
            time.tick(now);
        }
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(50 * 145));
    }

    @Test
    void whenTheProcessPausesShouldAdvanceBy100MillisecondsAtMost() {
        pass(Duration.ofMillis(20));
        time.tick(now);
        pass(Duration.ofHours(5));
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(120));
        time.tick(now);
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(120));
        pass(Duration.ofMillis(30));
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(150));
    }

    @Test
    void whenTheProcessorIsThrottledShouldRunSlower() {
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(400));
            time.tick(now);
        }
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    private void pass(Duration length) {
        now += length.toNanos();
    }

    private Duration elapsed() {
        return Duration.ofNanos(time.at(now) - start);
    }
}
