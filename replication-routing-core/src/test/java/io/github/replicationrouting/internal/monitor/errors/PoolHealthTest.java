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
    void whenAPoolFailsShouldWaitForTenIntervalsAndFiveSecondsAtMost() {
        assertThat(PoolHealthRegistry.waitFor(Duration.ofMillis(100))).isEqualTo(Duration.ofSeconds(1));
        assertThat(PoolHealthRegistry.waitFor(Duration.ofMillis(500))).isEqualTo(Duration.ofSeconds(5));
        assertThat(PoolHealthRegistry.waitFor(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whenFewerThanFiveAttemptsWereMadeShouldStayHealthy() {
        fail(4);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
        fail(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
    }

    @Test
    void whenThreeOfFourAttemptsFailShouldBeFailing() {
        for (int i = 0; i < 2; i++) {
            fail(3);
            succeed(1);
        }
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
    }

    @Test
    void whenHalfOfTheNewestTenAttemptsFailShouldBeFailing() {
        for (int i = 0; i < 10; i++) {
            succeed(2);
            fail(1);
            assertThat(stateAfter(Duration.ZERO)).as("a third fails").isEqualTo(State.HEALTHY);
        }
        succeed(10);
        fail(4);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
        fail(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
    }

    @Test
    void whenOverloadedShouldNotCountTheAttempt() {
        fail(4);
        for (int i = 0; i < 10; i++) {
            pool.attempted(new SQLException("Too many connections", "08004", 1040));
        }
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
        fail(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
    }

    @Test
    void whenAnAttemptSucceedsWhileFailingShouldWaitForTheTrial() {
        fail(5);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
        succeed(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
        assertThat(stateAfter(WAIT)).isEqualTo(State.ON_TRIAL);
        succeed(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
    }

    @Test
    void whenTheWaitIsOverShouldStartATrialOnceTheNodeAnswers() {
        fail(5);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.FAILING);
        now += WAIT.toNanos();
        pool.update(now, false);
        assertThat(pool.state()).isEqualTo(State.FAILING);

        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.ON_TRIAL);
        assertThat(stateAfter(WAIT.minusNanos(1))).isEqualTo(State.ON_TRIAL);
        assertThat(stateAfter(Duration.ofNanos(1))).as("no attempt was made").isEqualTo(State.HEALTHY);
        fail(4);
        assertThat(stateAfter(Duration.ZERO)).as("counts anew").isEqualTo(State.HEALTHY);
    }

    @Test
    void whenATrialFailsShouldWaitAgain() {
        fail(5);
        stateAfter(Duration.ZERO);
        assertThat(stateAfter(WAIT)).isEqualTo(State.ON_TRIAL);

        fail(1);
        succeed(1);
        assertThat(stateAfter(Duration.ZERO)).as("the first attempt decides").isEqualTo(State.FAILING);
        assertThat(stateAfter(WAIT.minusNanos(1))).isEqualTo(State.FAILING);
        assertThat(stateAfter(Duration.ofNanos(1))).isEqualTo(State.ON_TRIAL);
        succeed(1);
        assertThat(stateAfter(Duration.ZERO)).isEqualTo(State.HEALTHY);
    }

    @Test
    void whenTheStateMayChangeShouldNotifyTheMonitor() {
        pool.onAttemptThatMatters(() -> notified++);
        succeed(1);
        fail(3);
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
        stateAfter(WAIT);
        succeed(1);
        assertThat(notified).as("the trial has succeeded").isEqualTo(3);
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            pool.attempted(null);
        }
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
