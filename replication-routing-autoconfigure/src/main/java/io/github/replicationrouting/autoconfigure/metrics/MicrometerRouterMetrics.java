package io.github.replicationrouting.autoconfigure.metrics;

import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
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
 * Micrometer meters of one router.
 *
 * <p>The router is created before the registry, and must not depend on it: the registry's customizers may need a data
 * source. So this class keeps the counts itself from the beginning, and registries read them once they are bound.
 * Thread-safe.
 */
public final class MicrometerRouterMetrics implements RouterMetrics, TopologyListener, MeterBinder {

    private static final String PREFIX = "replication.routing.";
    private static final String NODE_TAG = "node";
    private static final List<String> NODE_GAUGES =
            List.of("node.lag", "node.state", "node.waiting", "node.applier.queue", "node.flow.control");

    private final Tags routerTag;
    private final Supplier<@Nullable ReplicationRouting> routing;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private final TaggedCounter decisions;
    private final TaggedCounter probes;
    private final TaggedCounter statementErrors;
    private final TaggedCounter retries;
    private final WaitTimer consistencyWaits;
    private final WaitTimer holds;
    private final LongAdder primaryChanges = new LongAdder();
    private final AtomicBoolean primaryKnown = new AtomicBoolean();

    /**
     * @param router name of the router
     * @param routing supplies the router when the first registry is bound; null when a test has replaced it
     */
    public MicrometerRouterMetrics(String router, Supplier<@Nullable ReplicationRouting> routing) {
        this.routerTag = Tags.of("router", router);
        this.routing = routing;
        this.decisions = new TaggedCounter(
                PREFIX + "decisions",
                "Routing decisions for which the node supplied a connection",
                this.routerTag,
                NODE_TAG,
                "intent",
                "reason");
        this.probes = new TaggedCounter(
                PREFIX + "probes", "Probes of a node by the monitor", this.routerTag, NODE_TAG, "outcome");
        this.statementErrors = new TaggedCounter(
                PREFIX + "statement.errors",
                "Statements of the application that failed on a node",
                this.routerTag,
                NODE_TAG,
                "kind");
        this.retries = new TaggedCounter(
                PREFIX + "retries",
                "Transactions that were retried, or whose retry was refused",
                this.routerTag,
                "kind",
                "outcome");
        this.consistencyWaits = new WaitTimer(
                PREFIX + "consistency.waits",
                "Waits of reads for a replica to reach the token of their session",
                this.routerTag);
        this.holds = new WaitTimer(PREFIX + "hold", "Waits of writes for a primary", this.routerTag);
    }

    // Reported by the router

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

    /** Counts every change but the discovery of the first primary. */
    @Override
    public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
        if (primaryKnown.getAndSet(true)) {
            primaryChanges.increment();
        }
    }

    /** Registers the meters of added nodes and removes those of removed nodes. */
    @Override
    public void snapshotPublished(TopologySnapshot before, TopologySnapshot after) {
        List<Node> previous = nodes(before);
        List<Node> current = nodes(after);
        if (previous.equals(current)) {
            return;
        }
        previous.stream().filter(node -> !current.contains(node)).forEach(this::remove);
        ReplicationRouting router = registries.isEmpty() ? null : routing.get();
        if (router != null) {
            router.pools().stream()
                    .filter(pool -> current.contains(pool.node()) && !previous.contains(pool.node()))
                    .forEach(pool -> registries.forEach(registry -> bind(pool, router, registry)));
        }
    }

    private static List<Node> nodes(TopologySnapshot snapshot) {
        return snapshot.nodes().stream().map(NodeStatus::node).toList();
    }

    private void remove(Node node) {
        decisions.remove(node);
        probes.remove(node);
        statementErrors.remove(node);
        for (MeterRegistry registry : registries) {
            for (String gauge : NODE_GAUGES) {
                registry.find(PREFIX + gauge)
                        .tags(routerTag)
                        .tag(NODE_TAG, node.name())
                        .meters()
                        .forEach(registry::remove);
            }
        }
    }

    // Read by registries

    @Override
    public void bindTo(MeterRegistry registry) {
        ReplicationRouting router = routing.get();
        if (router == null) {
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
                .description("Changes of the primary, including its loss and its return")
                .tags(routerTag)
                .register(registry);
        Gauge.builder(PREFIX + "held", router, ReplicationRouting::held)
                .description("Writes that wait for a primary")
                .tags(routerTag)
                .register(registry);
        gauge("writable", "1 while a node accepts writes, else 0", router, SnapshotGauges::writable)
                .register(registry);
        gauge("writers", "Nodes that take writes", router, SnapshotGauges::writers)
                .register(registry);
        gauge(
                        "readable.replicas",
                        "Nodes besides the primary that may serve reads",
                        router,
                        SnapshotGauges::readableReplicas)
                .register(registry);
        gauge(
                        "view.members",
                        "Members in the view of the group, NaN when there is none",
                        router,
                        SnapshotGauges::viewMembers)
                .register(registry);
        router.pools().forEach(pool -> bind(pool, router, registry));
    }

    private void bind(PooledNode pool, ReplicationRouting router, MeterRegistry registry) {
        String node = pool.node().name();
        gauge(
                        "node.lag",
                        "Staleness bound of a node, NaN when unknown",
                        router,
                        current -> SnapshotGauges.lag(current, node))
                .baseUnit("seconds")
                .tag(NODE_TAG, node)
                .register(registry);
        for (NodeState state : NodeState.values()) {
            gauge(
                            "node.state",
                            "1 for the current state of a node, 0 for the others",
                            router,
                            current -> SnapshotGauges.isInState(state, current, node))
                    .tag(NODE_TAG, node)
                    .tag("state", Labels.of(state))
                    .register(registry);
        }
        gauge(
                        "node.applier.queue",
                        "Transactions that a member of a group has received and not applied, NaN when unknown",
                        router,
                        current -> SnapshotGauges.applierQueue(current, node))
                .tag(NODE_TAG, node)
                .register(registry);
        gauge(
                        "node.flow.control",
                        "Fraction of time for which the group waited for members to catch up, NaN when unknown",
                        router,
                        current -> SnapshotGauges.flowControl(current, node))
                .tag(NODE_TAG, node)
                .register(registry);
        Gauge.builder(PREFIX + "node.waiting", pool, PooledNode::waiting)
                .description("Threads that wait for a connection because all connections of the node are in use")
                .tags(routerTag)
                .tag(NODE_TAG, node)
                .register(registry);
        pool.bindMetrics(new MicrometerMetricsTrackerFactory(registry));
    }

    private Gauge.Builder<ReplicationRouting> gauge(
            String name, String description, ReplicationRouting router, ToDoubleFunction<TopologySnapshot> value) {
        return Gauge.builder(PREFIX + name, router, current -> value.applyAsDouble(current.snapshot()))
                .description(description)
                .tags(routerTag);
    }
}
