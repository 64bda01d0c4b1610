package io.github.replicationrouting.internal.monitor.lag;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The lag of an endpoint. Each look leads to one of the servers behind it, and the next connection may lead to another:
 * so what counts is the worst that any of them showed when it was last met. One that was not met for a while is forgotten,
 * for it may be gone. Not thread-safe.
 */
public final class EndpointLag {

    private static final Duration FORGET = Duration.ofSeconds(30);

    /** What shows the most is the worst, then what shows nothing. */
    private static final Comparator<Lag> WORSE =
            Comparator.comparingInt(EndpointLag::rank).thenComparing(EndpointLag::least);

    private final Map<String, Met> servers = new HashMap<>();

    private record Met(Lag lag, long at) {}

    /**
     * Takes in what one server showed.
     *
     * @param server what tells this server from the others
     * @param now monotonic time in nanoseconds
     * @return what to make of the endpoint
     */
    public Lag met(String server, Lag lag, long now) {
        servers.put(server, new Met(lag, now));
        Collection<Met> all = servers.values();
        all.removeIf(met -> now - met.at > FORGET.toNanos());
        return all.stream().map(Met::lag).max(WORSE).orElse(lag);
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

    private static Duration least(Lag lag) {
        if (lag instanceof Lag.MoreThan more) {
            return more.least();
        }
        return lag instanceof Lag.Known known ? known.bound() : Duration.ZERO;
    }
}
