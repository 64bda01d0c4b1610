package io.github.replicationrouting.integration.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.failover.History.Write;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker detects the violations that it exists for. */
class PrimaryTermsTest {

    private static final Duration TOLERANCE = Duration.ofNanos(10);

    private long now = 1_000;

    private PrimaryTerms terms;

    @BeforeEach
    void start() {
        terms = new PrimaryTerms("db1", () -> now);
    }

    @Test
    void whenEachPrimaryWritesInItsTimeTheWritesShouldBeCovered() {
        beginAt(2_000, "db2", true);

        assertThat(isCovered("db1", 1_500, 1_501)).isTrue();
        assertThat(isCovered("db2", 2_500, 2_501)).isTrue();
    }

    @Test
    void whenAWriteOverlapsTheChangeItShouldBeCovered() {
        beginAt(2_000, "db2", true);

        assertThat(isCovered("db1", 2_010, 2_020)).isTrue();
        assertThat(isCovered("db1", 1_990, 9_000)).isTrue();
        assertThat(isCovered("db2", 1_980, 1_990)).isTrue();
    }

    @Test
    void whenAnotherNodeWritesTheWritesShouldNotBeCovered() {
        beginAt(2_000, "db2", true);

        assertThat(isCovered("db1", 2_011, 2_020)).isFalse();
        assertThat(isCovered("db2", 1_980, 1_989)).isFalse();
        assertThat(isCovered("db3", 2_000, 2_001)).isFalse();
    }

    @Test
    void whenANodeIsThePrimaryTwiceItsWritesShouldBeCovered() {
        beginAt(2_000, "db2", true);
        beginAt(3_000, "db1", true);

        assertThat(isCovered("db1", 2_500, 2_501)).isFalse();
        assertThat(isCovered("db1", 3_500, 3_501)).isTrue();
    }

    @Test
    void whenAPrimaryIsLostOnlyItsWritesShouldBeAllowedToBeLost() {
        beginAt(2_000, "db2", false);
        beginAt(3_000, "db3", true);

        assertThat(mayBeLost("db1", 1_500, 1_501)).isTrue();
        assertThat(mayBeLost("db2", 2_500, 2_501)).isFalse();
        assertThat(mayBeLost("db3", 3_500, 3_501)).isFalse();
    }

    @Test
    void whenAPrimaryHasReturnedItsWritesShouldNotBeAllowedToBeLost() {
        beginAt(2_000, "db2", false);
        now = 2_500;
        terms.recovers("db1");

        assertThat(mayBeLost("db1", 1_999, 2_499)).isTrue();
        assertThat(mayBeLost("db1", 1_999, 2_501)).isFalse();
        assertThat(mayBeLost("db1", 2_100, 2_101)).isFalse();
    }

    private void beginAt(long time, String node, boolean oldAnswers) {
        now = time;
        terms.begin(node, oldAnswers);
    }

    private boolean isCovered(String server, long reachedAt, long reportedAt) {
        return terms.cover(new Write(0, 0, Outcome.ACKNOWLEDGED, server, reachedAt, reportedAt), TOLERANCE);
    }

    private boolean mayBeLost(String server, long reachedAt, long reportedAt) {
        return terms.mayBeLost(new Write(0, 0, Outcome.ACKNOWLEDGED, server, reachedAt, reportedAt));
    }
}
