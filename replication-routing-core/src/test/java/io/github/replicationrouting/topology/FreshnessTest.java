package io.github.replicationrouting.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FreshnessTest {

    @Test
    void whenTimePassesShouldIncreaseTheAge() {
        Freshness freshness = Freshness.provenAsOf(100);
        assertThat(freshness.age(100)).hasValue(0);
        assertThat(freshness.age(350)).hasValue(250);
        assertThat(freshness.isWithin(250, 350)).isTrue();
        assertThat(freshness.isWithin(249, 350)).isFalse();
    }

    @Test
    void whenUnknownShouldBeOlderThanAnyLimit() {
        assertThat(Freshness.UNKNOWN.isKnown()).isFalse();
        assertThat(Freshness.UNKNOWN.age(100)).isEmpty();
        assertThat(Freshness.UNKNOWN.isWithin(Long.MAX_VALUE, 100)).isFalse();
        assertThat(Freshness.UNKNOWN.includes(Long.MIN_VALUE)).isFalse();
    }

    @Test
    void whenTheNodeIsThePrimaryShouldHaveNoAge() {
        assertThat(Freshness.PRIMARY.age(Long.MAX_VALUE)).hasValue(0);
        assertThat(Freshness.PRIMARY.isWithin(0, 100)).isTrue();
        assertThat(Freshness.PRIMARY.includes(100)).isTrue();
    }

    @Test
    void whenProvenAsOfTheTimeOfACommitShouldIncludeIt() {
        assertThat(Freshness.provenAsOf(99).includes(100)).isFalse();
        assertThat(Freshness.provenAsOf(100).includes(100)).isTrue();
        assertThat(Freshness.provenAsOf(101).includes(100)).isTrue();
    }

    @Test
    void whenReportedShouldIncludeNoCommit() {
        Freshness reported = Freshness.reportedAsOf(200);
        assertThat(reported.includes(100)).isFalse();
        assertThat(reported.isProven()).isFalse();
        assertThat(reported.isWithin(50, 250)).isTrue();
    }

    @Test
    void whenTimesOverflowShouldCompareThem() {
        long asOf = Long.MAX_VALUE - 5;
        Freshness freshness = Freshness.provenAsOf(asOf);
        assertThat(freshness.age(asOf + 20)).hasValue(20);
        assertThat(freshness.isWithin(19, asOf + 20)).isFalse();
        assertThat(freshness.includes(asOf + 20)).isFalse();
        assertThat(Freshness.provenAsOf(asOf + 20).includes(asOf)).isTrue();
    }
}
