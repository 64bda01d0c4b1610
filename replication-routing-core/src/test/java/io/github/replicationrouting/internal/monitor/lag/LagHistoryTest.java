package io.github.replicationrouting.internal.monitor.lag;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.GtidSet;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LagHistoryTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private final LagHistory history = new LagHistory(Duration.ofHours(1));

    @Test
    void whenAPositionContainsTheLatestShouldReportZeroLag() {
        history.add(upTo(10), upTo(10), 100);
        assertThat(history.lag(upTo(10), 100_000)).isZero();
        assertThat(history.lag(upTo(11), 100_000)).isZero();
    }

    @Test
    void whenAPositionIsOlderShouldReportTheAgeOfTheNewestPositionContained() {
        history.add(upTo(10), upTo(10), 100);
        history.add(upTo(20), upTo(20), 200);
        history.add(upTo(30), upTo(30), 300);
        assertThat(history.lag(upTo(29), 350)).isEqualTo(150);
        assertThat(history.lag(upTo(10), 350)).isEqualTo(250);
    }

    @Test
    void whenAPositionIsAddedAgainShouldMoveItsTime() {
        history.add(upTo(10), upTo(10), 100);
        history.add(upTo(10), upTo(10), 200);
        history.add(upTo(20), upTo(20), 300);
        assertThat(history.lag(upTo(10), 350)).isEqualTo(150);
        assertThat(history.start()).isEqualTo(100);
        assertThat(history.end()).isEqualTo(300);
    }

    @Test
    void whenAReplicaContainsAPositionShouldBeFreshAsOfTheLastTimeItWasSeen() {
        history.add(upTo(10), upTo(10), 100);
        history.add(upTo(20), upTo(20), 200);
        history.add(upTo(20), upTo(20), 300);
        history.add(upTo(30), upTo(30), 400);
        assertThat(history.asOf(upTo(29))).isEqualTo(300);
        assertThat(history.asOf(upTo(19))).isEqualTo(100);
        assertThat(history.asOf(upTo(31))).isEqualTo(400);
    }

    /** A session may have read on a replica what the primary has sent, but not committed. */
    @Test
    void whenAReplicaContainsTheSentTransactionsOfATimeShouldBeFreshAsOfThatTime() {
        history.add(upTo(10), upTo(10), 100);
        history.add(upTo(20), upTo(22), 200);
        assertThat(history.lag(upTo(20), 1_000)).as("sent is not executed").isZero();
        assertThat(history.asOf(upTo(20))).isEqualTo(100);
        assertThat(history.asOf(upTo(22))).isEqualTo(200);

        history.add(upTo(21), upTo(23), 300);
        assertThat(history.asOf(upTo(21))).as("22 is still being committed").isEqualTo(100);
        history.add(upTo(23), upTo(25), 400);
        assertThat(history.asOf(upTo(23))).isEqualTo(200);
        history.add(upTo(25), upTo(26), 500);
        assertThat(history.asOf(upTo(25))).isEqualTo(400);
        history.add(upTo(26), upTo(26), 600);
        assertThat(history.asOf(upTo(26))).isEqualTo(600);
        assertThat(history.asOf(upTo(25))).isEqualTo(400);
    }

    @Test
    void whenTheSentTransactionsAreUnknownShouldNotProveFreshness() {
        history.add(upTo(10), upTo(10), 100);
        history.add(upTo(20), null, 200);
        history.add(upTo(20), null, 300);
        assertThat(history.lag(upTo(20), 1_000)).isZero();
        assertThat(history.asOf(upTo(20))).isEqualTo(100);
        history.add(upTo(20), upTo(20), 400);
        assertThat(history.asOf(upTo(20))).isEqualTo(400);
    }

    /** Such as a transaction that was rolled back. */
    @Test
    void whenSentTransactionsAreNeverExecutedShouldDropThem() {
        history.add(upTo(10), upTo(11), 100);
        assertThat(history.asOf(upTo(10))).isLessThan(0);
        history.add(upTo(10), upTo(10), 200);
        history.add(upTo(12), upTo(12), 300);
        assertThat(history.start()).isEqualTo(100);
        assertThat(history.asOf(upTo(10))).isEqualTo(200);
    }

    @Test
    void whenAPositionContainsNoKnownPositionShouldNotReachTheHistory() {
        assertThat(history.reachedBy(upTo(9))).isFalse();
        history.add(upTo(10), upTo(10), 100);
        assertThat(history.reachedBy(upTo(9))).isFalse();
        assertThat(history.reachedBy(null)).isFalse();
        assertThat(history.reachedBy(upTo(10))).isTrue();
    }

    @Test
    void whenThePositionOfThePrimaryIsEmptyOrUnknownShouldClearTheHistory() {
        history.add(upTo(10), upTo(10), 100);
        history.add(GtidSet.EMPTY, GtidSet.EMPTY, 200);
        assertThat(history.isEmpty()).isTrue();
        history.add(upTo(10), upTo(10), 300);
        history.add(null, null, 400);
        assertThat(history.isEmpty()).isTrue();
    }

    @Test
    void whenAPositionLacksTheLastOneShouldStartTheHistoryAfresh() {
        history.add(upTo(10), upTo(10), 100);
        history.add(upTo(3), upTo(3), 200);
        assertThat(history.start()).isEqualTo(200);
        assertThat(history.lag(upTo(3), 250)).isZero();
        history.add(upTo(5), upTo(5), 300);
        assertThat(history.lag(upTo(4), 350)).isEqualTo(150);
    }

    @Test
    void whenASampleIsOlderThanTheLastOneShouldIgnoreIt() {
        history.add(upTo(10), upTo(10), 200);
        history.add(upTo(9), upTo(9), 100);
        assertThat(history.end()).isEqualTo(200);
        assertThat(history.lag(upTo(10), 300)).isZero();
    }

    @Test
    void whenManySamplesAreAddedShouldBeExactForTheNewestAndNeverReportTooLittle() {
        int samples = 10_000;
        for (int i = 1; i <= samples; i++) {
            history.add(upTo(i), upTo(i), i * 100L);
        }
        long now = samples * 100L;
        for (int behind = 0; behind < 32; behind++) {
            assertThat(history.lag(upTo(samples - behind), now)).isEqualTo(behind * 100L);
        }
        // The oldest sample is kept; between, the lag is less exact but never too small.
        assertThat(history.start()).isEqualTo(100);
        for (int at = 1; at <= samples; at += 7) {
            assertThat(history.lag(upTo(at), now)).isGreaterThanOrEqualTo((samples - at) * 100L);
        }
    }

    /** Without this bound a receiver that was stopped for 127 s was reported 283.8 s behind. */
    @Test
    void whenLagIsUpToAnHourShouldReportItWithinTwoPercent() {
        long second = Duration.ofSeconds(1).toNanos();
        long interval = second / 2;
        int samples = 7200 * 3 / 2;
        for (int i = 1; i <= samples; i++) {
            history.add(upTo(i), upTo(i), i * interval);
            if (i % 997 == 0 || i == samples) {
                assertExact(i, interval);
            }
        }
        assertThat(history.start()).isEqualTo(interval);
    }

    private void assertExact(int newest, long interval) {
        long now = newest * interval;
        for (int at = Math.max(1, newest - 7200); at <= newest; at += 13) {
            long lag = (newest - at) * interval;
            assertThat(history.lag(upTo(at), now))
                    .as("lag of %s s after %s samples", lag / 1e9, newest)
                    .isBetween(lag, Math.max(lag + 2 * interval, lag + lag / 50));
        }
    }

    @Test
    void whenManySamplesAreAddedShouldKeepABoundedNumber() {
        int samples = 200_000;
        for (int i = 1; i <= samples; i++) {
            history.add(upTo(i), upTo(i), i * Duration.ofMillis(500).toNanos());
        }

        Set<Long> kept = new HashSet<>();
        for (int i = 1; i <= samples; i++) {
            kept.add(history.asOf(upTo(i)));
        }
        assertThat(kept).hasSizeBetween(300, 1200);
    }

    @Test
    void whenPositionsAreLargeShouldKeepFewerSamples() {
        StringBuilder gaps = new StringBuilder(UUID.replace('3', '4'));
        for (int i = 1; i <= 20_000; i += 2) {
            gaps.append(':').append(i);
        }
        GtidSet large = GtidSet.parse(gaps.toString());
        int samples = 2000;
        Set<Long> kept = new HashSet<>();
        for (int i = 1; i <= samples; i++) {
            history.add(
                    large.union(upTo(i)),
                    large.union(upTo(i)),
                    i * Duration.ofMillis(500).toNanos());
        }
        for (int i = 1; i <= samples; i += 3) {
            kept.add(history.asOf(large.union(upTo(i))));
        }
        assertThat(kept).hasSizeBetween(40, 128);
    }

    private static GtidSet upTo(long number) {
        return GtidSet.parse(UUID + ":1-" + number);
    }
}
