package io.github.replicationrouting.internal.monitor.lag;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EndpointLagTest {

    private final EndpointLag endpoint = new EndpointLag();

    @Test
    void whenServersDifferShouldUseTheLargestLag() {
        assertThat(endpoint.sampled("a", known(1), seconds(0))).isEqualTo(known(1));
        assertThat(endpoint.sampled("b", known(7), seconds(1))).isEqualTo(known(7));
        assertThat(endpoint.sampled("a", known(0), seconds(2))).isEqualTo(known(7));
        assertThat(endpoint.sampled("b", known(2), seconds(3))).isEqualTo(known(2));
    }

    @Test
    void whenTheLagOfAServerIsUnknownShouldRankItAboveAKnownLag() {
        Lag unknown = new Lag.Unknown("no position");
        endpoint.sampled("a", known(7), seconds(0));

        assertThat(endpoint.sampled("b", unknown, seconds(1))).isEqualTo(unknown);
        assertThat(endpoint.sampled("c", new Lag.MoreThan(Duration.ofSeconds(9)), seconds(2)))
                .isEqualTo(new Lag.MoreThan(Duration.ofSeconds(9)));
    }

    @Test
    void whenSeveralLagsAreLowerBoundsShouldUseTheLargest() {
        Lag more = new Lag.MoreThan(Duration.ofSeconds(9));
        endpoint.sampled("a", more, seconds(0));

        assertThat(endpoint.sampled("b", new Lag.MoreThan(Duration.ofSeconds(3)), seconds(1)))
                .isEqualTo(more);
    }

    @Test
    void whenAServerIsNoLongerSampledShouldForgetItsLag() {
        endpoint.sampled("dead", known(60), seconds(0));

        assertThat(endpoint.sampled("a", known(0), seconds(30))).isEqualTo(known(60));
        assertThat(endpoint.sampled("a", known(0), seconds(31))).isEqualTo(known(0));
    }

    @Test
    void whenALagIsNotEvaluatedShouldUseTheKnownLag() {
        endpoint.sampled("a", new Lag.NotEvaluated(), seconds(0));

        assertThat(endpoint.sampled("b", known(1), seconds(0))).isEqualTo(known(1));
    }

    private static Lag known(int seconds) {
        return new Lag.Known(Duration.ofSeconds(seconds));
    }

    private static long seconds(int seconds) {
        return Duration.ofSeconds(seconds).toNanos()
                + Long.MAX_VALUE
                - Duration.ofSeconds(10).toNanos();
    }
}
