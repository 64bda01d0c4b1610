package io.github.replicationrouting.internal.monitor.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoundTripTimeTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final RoundTripTime time = new RoundTripTime();

    @Test
    void whenNoAnswerIsKnownShouldBeLateAfterTheTimeout() {
        assertThat(time.late(TIMEOUT)).isEqualTo(TIMEOUT);
    }

    @Test
    void whenANodeAnswersFastShouldBeLateAfterAQuarterOfTheTimeout() {
        answers(2, 2, 3, 2, 2, 1, 2);
        assertThat(time.late(TIMEOUT)).isEqualTo(TIMEOUT.dividedBy(4));
    }

    @Test
    void whenANodeAnswersSlowlyButSteadilyShouldBeLateAfterTwiceItsRoundTripTime() {
        for (int i = 0; i < 50; i++) {
            answers(200);
        }
        assertThat(time.late(TIMEOUT)).isBetween(Duration.ofMillis(395), Duration.ofMillis(450));
    }

    @Test
    void whenRoundTripTimesVaryShouldAllowMoreTimeUpToTheTimeout() {
        for (int i = 0; i < 50; i++) {
            answers(10, 210);
        }
        assertThat(time.late(TIMEOUT)).isGreaterThan(Duration.ofMillis(700)).isLessThanOrEqualTo(TIMEOUT);
        answers(900, 900, 900);
        assertThat(time.late(TIMEOUT)).isEqualTo(TIMEOUT);
    }

    @Test
    void whenAnswersArriveShouldSmoothRoundTripTimesAsTcpDoes() {
        answers(100);
        assertThat(time.late(TIMEOUT)).isEqualTo(Duration.ofMillis(600));
        answers(100);
        assertThat(time.late(TIMEOUT)).isEqualTo(Duration.ofMillis(500));
        answers(180);
        assertThat(time.late(TIMEOUT)).isEqualTo(Duration.ofMillis(605));
    }

    private void answers(int... millis) {
        for (int each : millis) {
            time.add(Duration.ofMillis(each).toNanos());
        }
    }
}
