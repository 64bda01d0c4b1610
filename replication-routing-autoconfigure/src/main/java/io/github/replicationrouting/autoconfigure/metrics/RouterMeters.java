package io.github.replicationrouting.autoconfigure.metrics;

import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one router.
 *
 * <p>The router is made before the registry can be, and must not be what makes it: the registry's customizers could
 * need a data source. So this counts by itself from the beginning, and registries come and read. Thread-safe.
 */
public final class RouterMeters implements RouterMetrics, TopologyListener, MeterBinder {

    private static final String PREFIX = "replication.routing.";
    private static final String NODE = "node";

    private final Tags router;
    private final Supplier<@Nullable ReplicationRouting> routing;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private final LabelledCounter decisions;
    private final LabelledCounter probes;
    private final LabelledCounter statementErrors;
    private final LabelledCounter retries;
    private final WaitTimer consistencyWaits;
    private final WaitTimer holds;
    private final LongAdder primaryChanges = new LongAdder();
    private final AtomicBoolean primaryKnown = new AtomicBoolean();

    /**
     * @param router name of the router
     * @param routing the router, asked for when the first registry comes; null where there is none after all
     */
    public RouterMeters(String router, Supplier<@Nullable ReplicationRouting> routing) {
        this.router = Tags.of("router", router);
        this.routing = routing;
        this.decisions = new LabelledCounter(
                PREFIX + "decisions", "Connections that a node has given", this.router, "node", "intent", "reason");
        this.probes = new LabelledCounter(
                PREFIX + "probes", "Looks of the monitor at a node", this.router, "node", "outcome");
        this.statementErrors = new LabelledCounter(
                PREFIX + "statement.errors",
                "Statements of the application that failed on a node",
                this.router,
                "node",
                "kind");
        this.retries = new LabelledCounter(
                PREFIX + "retries",
                "Transactions that were run again, or could not be",
                this.router,
                "kind",
                "outcome");
        this.consistencyWaits = new WaitTimer(
                PREFIX + "consistency.waits", "Waits of reads for what their session has written", this.router);
        this.holds = new WaitTimer(PREFIX + "hold", "Waits of writes for a primary", this.router);
    }

    // What the router tells

    @Override
    public void decided(String access, Node node, String reason) {
        decisions.increment(node, access, reason);
    }

    @Override
    public void probed(Node node, String outcome) {
        probes.increment(node, outcome);
    }

    @Override
    public void failed(Node node, String kind) {
        statementErrors.increment(node, kind);
    }

    @Override
    public void retry(String kind, String outcome) {
        retries.increment(kind, outcome);
    }

    @Override
    public void consistencyWaited(Duration waited, String outcome) {
        consistencyWaits.record(waited, outcome);
    }

    @Override
    public void held(Duration waited, String outcome) {
        holds.record(waited, outcome);
    }

    /** The first primary that is ever found is no change. */
    @Override
    public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
        if (primaryKnown.getAndSet(true)) {
            primaryChanges.increment();
        }
    }

    /** Meters of nodes come and go with them. */
    @Override
    public void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {
        List<Node> old = nodes(before);
        List<Node> current = nodes(now);
        if (old.equals(current)) {
            return;
        }
        old.stream().filter(node -> !current.contains(node)).forEach(this::forget);
        ReplicationRouting found = registries.isEmpty() ? null : routing.get();
        if (found != null) {
            found.pools().stream()
                    .filter(pool -> current.contains(pool.node()) && !old.contains(pool.node()))
                    .forEach(pool -> registries.forEach(registry -> bind(pool, found.topology(), registry)));
        }
    }

    private static List<Node> nodes(TopologySnapshot snapshot) {
        return snapshot.nodes().stream().map(NodeStatus::node).toList();
    }

    private void forget(Node node) {
        decisions.forget(node);
        probes.forget(node);
        statementErrors.forget(node);
        for (MeterRegistry registry : registries) {
            for (String gauge : List.of("node.lag", "node.state", "node.waiting")) {
                registry.find(PREFIX + gauge)
                        .tags(router)
                        .tag(NODE, node.name())
                        .meters()
                        .forEach(registry::remove);
            }
        }
    }

    // What registries read

    @Override
    public void bindTo(MeterRegistry registry) {
        ReplicationRouting found = routing.get();
        if (found == null) {
            return;
        }
        registries.add(registry);
        decisions.bindTo(registry);
        probes.bindTo(registry);
        statementErrors.bindTo(registry);
        retries.bindTo(registry);
        consistencyWaits.bindTo(registry);
        holds.bindTo(registry);
        FunctionCounter.builder(PREFIX + "primary.changes", primaryChanges, LongAdder::sum)
                .description("Changes of the node that takes writes, also to none and back")
                .tags(router)
                .register(registry);
        Gauge.builder(PREFIX + "held", found, ReplicationRouting::held)
                .description("Writes that wait for a primary now")
                .tags(router)
                .register(registry);
        Topology topology = found.topology();
        gauge("writable", "1 while a node takes writes, else 0", topology, RouterMeters::writable)
                .register(registry);
        gauge("readable.replicas", "Replicas that may serve reads", topology, RouterMeters::readableReplicas)
                .register(registry);
        found.pools().forEach(pool -> bind(pool, topology, registry));
    }

    private void bind(NodePool pool, Topology topology, MeterRegistry registry) {
        String node = pool.node().name();
        gauge("node.lag", "Staleness bound of a node; NaN when unknown", topology, now -> lag(now, node))
                .baseUnit("seconds")
                .tag(NODE, node)
                .register(registry);
        for (NodeState state : NodeState.values()) {
            gauge(
                            "node.state",
                            "1 for the state that a node is in, 0 for the others",
                            topology,
                            now -> is(state, now, node))
                    .tag(NODE, node)
                    .tag("state", Labels.of(state))
                    .register(registry);
        }
        Gauge.builder(PREFIX + "node.waiting", pool, NodePool::waiting)
                .description("Threads that wait for a connection because all of the node's are in use")
                .tags(router)
                .tag(NODE, node)
                .register(registry);
        pool.measure(new MicrometerMetricsTrackerFactory(registry));
    }

    private Gauge.Builder<Topology> gauge(
            String name, String description, Topology topology, ToDoubleFunction<Topology> value) {
        return Gauge.builder(PREFIX + name, topology, value)
                .description(description)
                .tags(router);
    }

    private static double writable(Topology topology) {
        return topology.snapshot().primary() != null ? 1 : 0;
    }

    private static double readableReplicas(Topology topology) {
        return topology.snapshot().nodes().stream()
                .filter(node -> node.role() == Role.REPLICA && node.state() == NodeState.ONLINE)
                .count();
    }

    private static double lag(Topology topology, String name) {
        NodeStatus node = topology.snapshot().node(name);
        Duration lag = node == null ? null : node.lag();
        return lag == null ? Double.NaN : lag.toNanos() / 1e9;
    }

    private static double is(NodeState state, Topology topology, String name) {
        NodeStatus node = topology.snapshot().node(name);
        return node != null && node.state() == state ? 1 : 0;
    }
}
