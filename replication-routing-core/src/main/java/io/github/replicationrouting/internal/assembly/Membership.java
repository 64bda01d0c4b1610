package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nodes join and leave while the router works. One that joins has its pool filled before the monitor hears of it,
 * and serves when the monitor finds it caught up. One that leaves gets no new work from then on, and its pool is closed
 * when what runs there has ended. Thread-safe; both block their caller, and nobody else.
 */
public final class Membership implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    /** More than enough for the monitor to publish the next one. */
    private static final Duration SNAPSHOT = Duration.ofSeconds(5);

    private static final long PAUSE_MILLIS = 20;

    private final String router;
    private final NodeFactory assembly;
    private final TopologyMonitor monitor;
    private final ConcurrentMap<Node, NodePool> pools;
    private final ConcurrentMap<Node, ProbeTarget> targets = new ConcurrentHashMap<>();
    private final Executor background;
    private final Object closing = new Object();
    private boolean closed;

    /**
     * @param pools read where connections are borrowed; changed here only
     * @param background runs what may block, each task on a thread of its own
     */
    public Membership(
            String router,
            NodeFactory assembly,
            List<NodeFactory.Parts> first,
            TopologyMonitor monitor,
            ConcurrentMap<Node, NodePool> pools,
            Executor background) {
        this.background = background;
        this.router = router;
        this.assembly = assembly;
        this.monitor = monitor;
        this.pools = pools;
        first.forEach(node -> targets.put(node.node(), node.monitored()));
    }

    /** How the monitor reaches a node; null when it is gone. */
    @Nullable
    public ProbeTarget monitored(Node node) {
        return targets.get(node);
    }

    /**
     * @throws IllegalArgumentException when the name is taken, or no driver accepts the URL
     * @throws IllegalStateException when the router is closed
     */
    public void join(NodeSettings settings) throws InterruptedException {
        String name = settings.spec().name();
        if (monitor.snapshot().node(name) != null) {
            throw new IllegalArgumentException("Router " + router + " already has a node named " + name);
        }
        NodeFactory.Parts joining = assembly.assemble(settings);
        if (!enter(joining)) {
            joining.pool().close();
            throw new IllegalStateException("Router " + router + " is closed");
        }
        boolean joined = false;
        try {
            // One that cannot be reached joins as well, and is shown to be down.
            awaitAtMost(WARM_UP, joining.pool()::isWarm);
            monitor.add(joining.monitored());
            joined = true;
            awaitAtMost(SNAPSHOT, () -> monitor.snapshot().node(name) != null);
            log.info("[{}] node {}: joins", router, name);
        } finally {
            if (!joined) {
                forget(joining.node());
            }
        }
    }

    /** In this order: {@link #close()} finds the pool, or it is closed here. */
    private boolean enter(NodeFactory.Parts joining) {
        synchronized (closing) {
            if (!closed) {
                pools.put(joining.node(), joining.pool());
                targets.put(joining.node(), joining.monitored());
            }
            return !closed;
        }
    }

    /**
     * @param limit how long work that runs on the node may take before its connections are closed
     * @throws IllegalArgumentException when there is no such node
     */
    public void leave(String name, Duration limit) throws InterruptedException {
        NodeStatus leaving = monitor.snapshot().node(name);
        if (leaving == null) {
            throw new IllegalArgumentException("Router " + router + " has no node named " + name);
        }
        Node node = leaving.node();
        if (!drain(name)) {
            log.warn("[{}] node {}: the primary leaves; writes fail until another node is writable", router, name);
            monitor.remove(node);
        }
        if (!awaitAtMost(limit, () -> node.inFlight() == 0 && isDrained(name))) {
            log.warn(
                    "[{}] node {}: {} connections are still in use after {}; they are closed",
                    router,
                    name,
                    node.inFlight(),
                    limit);
        }
        if (monitor.snapshot().node(name) != null) {
            monitor.remove(node);
            awaitAtMost(SNAPSHOT, () -> monitor.snapshot().node(name) == null);
        }
        forget(node);
        log.info("[{}] node {}: has left", router, name);
    }

    /** Not the primary: that works until it is removed. */
    private boolean drain(String name) {
        NodeStatus primary = monitor.snapshot().primary();
        if (primary != null && primary.name().equals(name)) {
            return false;
        }
        monitor.drain(name);
        return true;
    }

    private boolean isDrained(String name) {
        NodeStatus node = monitor.snapshot().node(name);
        return node == null || node.state() == NodeState.DRAINED;
    }

    /** Closes every pool, all at once, because each may wait for its server. No node joins any more. */
    @Override
    public void close() {
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
        }
        CompletableFuture<?>[] ends = pools.values().stream()
                .map(pool -> CompletableFuture.runAsync(pool::close, background))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(ends).join();
    }

    private void forget(Node node) {
        targets.remove(node);
        NodePool pool = pools.remove(node);
        if (pool != null) {
            pool.close();
        }
    }

    /** The pools of the nodes, in their order. */
    public List<NodePool> pools() {
        return monitor.snapshot().nodes().stream()
                .map(status -> pools.get(status.node()))
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private static boolean awaitAtMost(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > limit.toNanos()) {
                return false;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }
}
