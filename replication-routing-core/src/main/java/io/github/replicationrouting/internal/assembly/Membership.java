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
 * Adds and removes nodes of a running router. The pool of a joining node is filled before the monitor knows the node,
 * which serves once the monitor has found it caught up. A leaving node gets no new work, and its pool is closed when
 * the work in flight has ended. Thread-safe; both operations block only their caller.
 */
public final class Membership implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(5);
    /** Time limit for the monitor to publish the next snapshot. */
    private static final Duration PUBLISH_LIMIT = Duration.ofSeconds(5);

    private static final long POLL_MILLIS = 20;

    private final String router;
    private final NodeFactory nodeFactory;
    private final TopologyMonitor monitor;
    private final ConcurrentMap<Node, NodePool> pools;
    private final ConcurrentMap<Node, ProbeTarget> targets = new ConcurrentHashMap<>();
    private final Executor background;
    private final Object closing = new Object();
    private boolean closed;

    /**
     * @param pools pools that connections are borrowed from; changed only here
     * @param background executor of tasks that may block, each on a thread of its own
     */
    Membership(
            String router,
            NodeFactory nodeFactory,
            List<NodeFactory.Parts> declared,
            TopologyMonitor monitor,
            ConcurrentMap<Node, NodePool> pools,
            Executor background) {
        this.background = background;
        this.router = router;
        this.nodeFactory = nodeFactory;
        this.monitor = monitor;
        this.pools = pools;
        declared.forEach(node -> targets.put(node.node(), node.probeTarget()));
    }

    /** Returns the target of a node's probes; null when the node has left. */
    @Nullable
    public ProbeTarget probeTarget(Node node) {
        return targets.get(node);
    }

    /**
     * Adds a node, and waits until its pool is filled.
     *
     * @throws IllegalArgumentException when the name is taken, or no driver accepts the URL
     * @throws IllegalStateException when the router is closed
     */
    public void join(NodeSettings settings) throws InterruptedException {
        String name = settings.spec().name();
        if (monitor.snapshot().node(name) != null) {
            throw new IllegalArgumentException("Router " + router + " already has a node named " + name);
        }
        NodeFactory.Parts joining = nodeFactory.create(settings);
        if (!register(joining)) {
            joining.pool().close();
            throw new IllegalStateException("Router " + router + " is closed");
        }
        boolean joined = false;
        try {
            // A node that cannot be reached joins, too, as down.
            awaitAtMost(WARM_UP_LIMIT, joining.pool()::isWarm);
            monitor.add(joining.probeTarget());
            joined = true;
            awaitAtMost(PUBLISH_LIMIT, () -> monitor.snapshot().node(name) != null);
            log.info("[{}] node {}: joined", router, name);
        } finally {
            if (!joined) {
                forget(joining.node());
                nodeFactory.discard(joining.node());
            }
        }
    }

    /** Returns false when the router is closed: either {@link #close()} finds the pool, or the caller closes it. */
    private boolean register(NodeFactory.Parts joining) {
        synchronized (closing) {
            if (!closed) {
                pools.put(joining.node(), joining.pool());
                targets.put(joining.node(), joining.probeTarget());
            }
            return !closed;
        }
    }

    /**
     * Drains and removes a node.
     *
     * @param limit time limit for the work in flight, after which its connections are closed
     * @throws IllegalArgumentException when there is no such node
     */
    public void leave(String name, Duration limit) throws InterruptedException {
        NodeStatus leaving = monitor.snapshot().node(name);
        if (leaving == null) {
            throw new IllegalArgumentException("Router " + router + " has no node named " + name);
        }
        Node node = leaving.node();
        if (!drain(name)) {
            log.warn(
                    "[{}] node {}: the only node that takes writes is removed; writes fail until another one is writable",
                    router,
                    name);
            monitor.remove(node);
        }
        if (!awaitAtMost(limit, () -> node.inFlight() == 0 && isDrained(name))) {
            log.warn(
                    "[{}] node {}: {} connections are still in use after {} and are closed",
                    router,
                    name,
                    node.inFlight(),
                    limit);
        }
        if (monitor.snapshot().node(name) != null) {
            monitor.remove(node);
            awaitAtMost(PUBLISH_LIMIT, () -> monitor.snapshot().node(name) == null);
        }
        forget(node);
        log.info("[{}] node {}: left", router, name);
    }

    /** Returns false for the only node that takes writes, which cannot be drained. */
    private boolean drain(String name) {
        List<NodeStatus> writers = monitor.snapshot().writers();
        if (writers.size() == 1 && writers.get(0).name().equals(name)) {
            return false;
        }
        monitor.drain(name);
        return true;
    }

    private boolean isDrained(String name) {
        NodeStatus node = monitor.snapshot().node(name);
        return node == null || node.state() == NodeState.DRAINED;
    }

    /** Closes all pools concurrently, because each may wait for its server. No node can join any more. */
    @Override
    public void close() {
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
        }
        CompletableFuture<?>[] closures = pools.values().stream()
                .map(pool -> CompletableFuture.runAsync(pool::close, background))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(closures).join();
    }

    private void forget(Node node) {
        targets.remove(node);
        NodePool pool = pools.remove(node);
        if (pool != null) {
            pool.close();
        }
    }

    /** Returns the pools of the current nodes, in the order of the snapshot. */
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
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }
}
