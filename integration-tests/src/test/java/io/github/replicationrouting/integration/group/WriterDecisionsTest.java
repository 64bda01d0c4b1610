package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriterDecisionsTest {

    private final WriterDecisions one = new WriterDecisions();
    private final WriterDecisions other = new WriterDecisions();

    @Test
    void whenTwoInstancesDifferShouldReturnTheLongestTimeInARow() {
        one.add(10, "db1");
        other.add(10, "db1");
        one.add(20, "db2");
        other.add(23, "db2");
        other.add(30, "db1");
        one.add(37, "db1");

        assertThat(one.longestDifference(other, 0, 100)).isEqualTo(Duration.ofNanos(7));
        assertThat(other.longestDifference(one, 0, 100)).isEqualTo(Duration.ofNanos(7));
        assertThat(one.longestDifference(other, 0, 35)).isEqualTo(Duration.ofNanos(5));
        assertThat(one.longestDifference(other, 32, 35)).isEqualTo(Duration.ofNanos(3));
    }

    @Test
    void whenOneInstanceMovesWhileTheyDifferShouldCountOn() {
        one.add(10, "db1");
        other.add(10, "db2");
        one.add(15, "db3");

        assertThat(one.longestDifference(other, 0, 30)).isEqualTo(Duration.ofNanos(20));
    }

    @Test
    void whenAnInstanceRefusesWritesShouldNotDiffer() {
        one.add(10, "db1");
        other.add(10, null);

        assertThat(one.longestDifference(other, 0, 30)).isZero();
    }
}
