package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryLogTest {

    private long now;
    private final RetryLog log = new RetryLog("test", () -> now);

    @Test
    void whenAReasonRecursShouldWarnOncePerMinute() {
        assertThat(log.isWarningDue("node db2 was lost")).isTrue();
        assertThat(log.isWarningDue("node db2 was lost")).isFalse();
        assertThat(log.isWarningDue("node db3 was lost")).isTrue();

        now += Duration.ofMinutes(1).toNanos();
        assertThat(log.isWarningDue("node db2 was lost")).isTrue();
    }

    @Test
    void whenEachReasonIsAnotherShouldWarnAHundredTimesPerMinute() {
        int warnings = 0;
        for (int i = 0; i < 1_000; i++) {
            warnings += log.isWarningDue("reason " + i) ? 1 : 0;
        }
        assertThat(warnings).isEqualTo(100);

        now += Duration.ofMinutes(1).toNanos();
        assertThat(log.isWarningDue("reason 1000")).isTrue();
    }
}
