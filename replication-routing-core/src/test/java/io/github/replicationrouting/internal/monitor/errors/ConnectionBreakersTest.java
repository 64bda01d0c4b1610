package io.github.replicationrouting.internal.monitor.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectionBreakersTest {

    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1"));
    private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();

    @Test
    void shouldStayOpenForTenProbesAndFiveSecondsAtMost() {
        assertThat(openFor(Duration.ofMillis(100))).isEqualTo(Duration.ofSeconds(1));
        registry.remove("test-db1");
        assertThat(openFor(Duration.ofMillis(500))).isEqualTo(Duration.ofSeconds(5));
        registry.remove("test-db1");
        assertThat(openFor(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whenTheRegistryHasAConfigurationOfOursShouldUseIt() {
        registry.addConfiguration(
                ConnectionBreakers.CONFIGURATION,
                CircuitBreakerConfig.custom()
                        .waitDurationInOpenState(Duration.ofSeconds(7))
                        .build());

        assertThat(openFor(Duration.ofMillis(100))).isEqualTo(Duration.ofSeconds(7));
    }

    private Duration openFor(Duration interval) {
        CircuitBreaker breaker = new ConnectionBreakers("test", registry, interval).of(db1);
        return Duration.ofMillis(breaker.getCircuitBreakerConfig()
                .getWaitIntervalFunctionInOpenState()
                .apply(1));
    }
}
