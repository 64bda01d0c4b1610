package io.github.replicationrouting.internal.monitor.errors;

import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The health of the pool of each node of a router. Thread-safe. */
public final class PoolHealthRegistry {

    private static final int PROBES_BEFORE_TRIAL = 10;
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Duration wait;
    private final ConcurrentMap<Node, PoolHealth> pools = new ConcurrentHashMap<>();

    /**
     * @param interval of the monitor's probes; a failing pool is tried again after ten of them, and after five seconds
     * at most
     */
    public PoolHealthRegistry(Duration interval) {
        this.wait = waitFor(interval);
    }

    static Duration waitFor(Duration interval) {
        Duration probes = interval.multipliedBy(PROBES_BEFORE_TRIAL);
        return probes.compareTo(MAX_WAIT) < 0 ? probes : MAX_WAIT;
    }

    /** Returns the health of a node's pool; always the same instance until the node is removed. */
    public PoolHealth of(Node node) {
        return pools.computeIfAbsent(node, added -> new PoolHealth(wait));
    }

    /** Forgets a node that was removed. */
    public void remove(Node node) {
        pools.remove(node);
    }
}
