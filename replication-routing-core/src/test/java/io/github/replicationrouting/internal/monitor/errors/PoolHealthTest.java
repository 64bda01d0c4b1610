package io.github.replicationrouting.internal.monitor.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.errors.PoolHealth.State;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoolHealthTest {

    private static final Duration WAIT = Duration.ofSeconds(5);

    // As after a long uptime.
    private long now = Long.MAX_VALUE - 1_000;
    private int notified;

    private final PoolHealth pool = new PoolHealth(WAIT);

    @Test
    void whenItFailsShouldWaitForTenProbesAndFiveSecondsAtMost() {
        assertThat(PoolHealthRegistry.waitFor(Duration.ofMillis(100))).isEqualTo(Duration.ofSeconds(1));
        assertThat(PoolHealthRegistry.waitFor(Duration.ofMillis(500))).isEqualTo(Duration.ofSeconds(5));
        assertThat(PoolHealthRegistry.waitFor(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whenAConnectionOpensBetweenFailuresShouldCountAnew() {
        fail(PoolHealth.MAX_FAILURES - 1);
        pool.attempted(null);
        fail(PoolHealth.MAX_FAILURES - 1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);

        fail(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
        pool.attempted(null);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
    }

    @Test
    void whenTheWaitIsOverShouldBeTriedOnceTheNodeAnswers() {
        fail(PoolHealth.MAX_FAILURES);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
        now += WAIT.toNanos();
        pool.update(now, false);
        assertThat(pool.state()).isEqualTo(State.FAILING);

        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.ON_TRIAL);
        assertThat(stateAfter(WAIT.minusNanos(1))).isEqualTo(State.ON_TRIAL);
        assertThat(stateAfter(Duration.ofNanos(1))).as("no attempt was made").isEqualTo(State.HEALTHY);
        fail(PoolHealth.MAX_FAILURES - 1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
    }

    @Test
    void whenATrialFailsShouldWaitAgain() {
        fail(PoolHealth.MAX_FAILURES);
        stateAfter(Duration.ZERO);
        assertThat(stateAfter(WAIT)).isEqualTo(State.ON_TRIAL);

        fail(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
        assertThat(stateAfter(WAIT.minusNanos(1))).isEqualTo(State.FAILING);
        assertThat(stateAfter(Duration.ofNanos(1))).isEqualTo(State.ON_TRIAL);
        pool.attempted(null);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
    }

    @Test
    void whenTheStateMayChangeShouldNotifyTheMonitor() {
        pool.onAttemptThatMatters(() -> notified++);
        pool.attempted(null);
        fail(PoolHealth.MAX_FAILURES - 1);
        assertThat(notified).isZero();
        fail(1);
        assertThat(notified).isEqualTo(1);

        stateAfter(Duration.ZERO);
        fail(3);
        assertThat(notified).as("failing already").isEqualTo(1);

        stateAfter(WAIT);
        fail(1);
        assertThat(notified).as("the trial has failed").isEqualTo(2);
        stateAfter(Duration.ZERO);
        pool.attempted(null);
        assertThat(notified).isEqualTo(3);
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            pool.attempted(new SQLException("Access denied", "28000", 1045));
        }
    }

    private State stateAfter(Duration time) {
        now += time.toNanos();
        pool.update(now, true);
        return pool.state();
    }
}
