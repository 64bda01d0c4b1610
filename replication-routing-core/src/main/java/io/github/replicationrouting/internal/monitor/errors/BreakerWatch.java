package io.github.replicationrouting.internal.monitor.errors;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.IllegalStateTransitionException;

/**
 * The monitor's view of a node's circuit breaker. Nobody asks the breaker for permission, so the monitor moves it on, by
 * monotonic time: an open one is tried when its wait is over and the node answers probes, and one that is tried but sees
 * no attempt for as long, because the pool is full already, is closed. Only for the monitor's thread.
 */
public final class BreakerWatch {

    public enum View {
        NOTHING_AGAINST_IT,
        ON_TRIAL,
        OPEN
    }

    private final CircuitBreaker breaker;
    private CircuitBreaker.State last;
    private long since;

    public BreakerWatch(CircuitBreaker breaker, long now) {
        this.breaker = breaker;
        this.last = breaker.getState();
        this.since = now;
    }

    /** @param answers whether the node answers probes */
    public View look(long now, boolean answers) {
        note(now);
        boolean waited = now - since >= waitNanos();
        try {
            if (last == CircuitBreaker.State.OPEN && waited && answers) {
                breaker.transitionToHalfOpenState();
            } else if (last == CircuitBreaker.State.HALF_OPEN && waited) {
                breaker.transitionToClosedState();
            }
        } catch (IllegalStateTransitionException e) {
            // Somebody else has moved it just now, which is as good.
        }
        note(now);
        return switch (last) {
            case OPEN, FORCED_OPEN -> View.OPEN;
            case HALF_OPEN -> View.ON_TRIAL;
            case CLOSED, DISABLED, METRICS_ONLY -> View.NOTHING_AGAINST_IT;
        };
    }

    private void note(long now) {
        CircuitBreaker.State state = breaker.getState();
        if (state != last) {
            last = state;
            since = now;
        }
    }

    private long waitNanos() {
        return 1_000_000
                * breaker.getCircuitBreakerConfig()
                        .getWaitIntervalFunctionInOpenState()
                        .apply(1);
    }
}
