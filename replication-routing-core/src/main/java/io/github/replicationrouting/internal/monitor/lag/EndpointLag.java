package io.github.replicationrouting.internal.monitor.lag;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The lag of an endpoint. Each probe reaches one of the servers behind it, and the next connection may lead to another:
 * so the lag is the worst that any of them showed when it was last reached. A server that was not reached for a while
 * is forgotten, because it may be gone. Not thread-safe.
 */
final class EndpointLag {

    private static final Duration FORGET = Duration.ofSeconds(30);

    /** A lag with a lower bound is the worst, then an unknown one. */
    private static final Comparator<Lag> WORSE =
            Comparator.comparingInt(EndpointLag::rank).thenComparing(EndpointLag::bound);

    private final Map<String, Sample> servers = new HashMap<>();

    private record Sample(Lag lag, long at) {}

    /**
     * Takes in the lag that one server showed.
     *
     * @param server id of the server
     * @param now monotonic time in nanoseconds
     * @return the lag of the endpoint
     */
    Lag sampled(String server, Lag lag, long now) {
        servers.put(server, new Sample(lag, now));
        Collection<Sample> all = servers.values();
        all.removeIf(sample -> now - sample.at > FORGET.toNanos());
        return all.stream().map(Sample::lag).max(WORSE).orElse(lag);
    }

    private static int rank(Lag lag) {
        if (lag instanceof Lag.MoreThan) {
            return 3;
        }
        if (lag instanceof Lag.Unknown) {
            return 2;
        }
        return lag instanceof Lag.Known ? 1 : 0;
    }

    private static Duration bound(Lag lag) {
        if (lag instanceof Lag.MoreThan more) {
            return more.minimum();
        }
        return lag instanceof Lag.Known known ? known.bound() : Duration.ZERO;
    }
}
