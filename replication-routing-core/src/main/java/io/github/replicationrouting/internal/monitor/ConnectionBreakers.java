package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.topology.Node;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;

/**
 * One circuit breaker for each node, which counts how its pool fares when it opens connections. It sees what probes do
 * not: a pool's user who may not log in any more, a limit of connections that only counts for it, a way that only
 * lets through what is connected already. It is one input of the node's state, and stops nobody by itself: while it is
 * open the node is suspected, so that new reads leave it, and while it is half open the node gets little.
 *
 * <p>The breakers are in a registry that an application can see, and supply: there their names are the router's and the
 * node's, as in {@code dataSource-db1}, and a configuration of the registry named {@value #CONFIGURATION} takes the place
 * of the standard one. Too many connections (1040) is overload, and not counted. Thread-safe.
 */
public final class ConnectionBreakers {

    /** Name of a configuration in the registry that takes the place of the standard one. */
    public static final String CONFIGURATION = "replication-routing";

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final String router;
    private final CircuitBreakerRegistry registry;
    private final CircuitBreakerConfig standard;

    /**
     * @param router name of the router
     * @param interval of the monitor's probes; a breaker stays open for ten of them, and for five seconds at most
     */
    public ConnectionBreakers(String router, CircuitBreakerRegistry registry, Duration interval) {
        this.router = router;
        this.registry = registry;
        this.standard = standard(interval);
    }

    /** The newest ten attempts count, from the fifth on; opened when half of them failed. */
    private static CircuitBreakerConfig standard(Duration interval) {
        Duration tenProbes = interval.multipliedBy(10);
        return CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(tenProbes.compareTo(MAX_WAIT) < 0 ? tenProbes : MAX_WAIT)
                .permittedNumberOfCallsInHalfOpenState(1)
                .ignoreException(failure -> !ErrorAttribution.accuses(failure, Dialects.standard()::classify))
                .build();
    }

    /** Where the breakers are. */
    public CircuitBreakerRegistry registry() {
        return registry;
    }

    /** The breaker of a node; always the same. */
    public CircuitBreaker of(Node node) {
        return registry.circuitBreaker(
                name(node), registry.getConfiguration(CONFIGURATION).orElse(standard));
    }

    /** Forgets the breaker of a node that has left. */
    void remove(Node node) {
        registry.remove(name(node));
    }

    private String name(Node node) {
        return router + "-" + node.name();
    }
}
