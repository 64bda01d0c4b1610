package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.monitor.errors.ErrorAttribution;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.errors.SchemaErrors;
import io.github.replicationrouting.internal.monitor.probe.ConnectionProber;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.MonitorScheduler;
import io.github.replicationrouting.internal.monitor.probe.MonitorThread;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Monitors the nodes of one router, and publishes a snapshot of the topology after each change.
 *
 * <p>Probes every node once an interval through a connection of its own: one statement without any privilege, which
 * shows role and position. A second statement, for the state of replication, is sent where it can matter: on a new
 * connection, while a replica's lag is not zero, while there is no primary or another node claims to be one, after a
 * change of role, and otherwise with every tenth probe. All state changes on one thread, which survives whatever
 * dialects, drivers and listeners throw. Threads are daemons and are named after the router. Thread-safe.
 */
public final class TopologyMonitor implements Topology, AutoCloseable {

    /** What the first rounds may take beyond the timeouts: starting threads, a second probe of a replica. */
    private static final Duration START_MARGIN = Duration.ofMillis(500);

    private final String router;
    private final MonitorSettings settings;

    /** How one of several writers is chosen; null where the primary takes all writes. */
    private final @Nullable WritePolicy policy;

    private final Dialects dialects;
    private final Map<Node, ReplicationDialect> declaredDialects = new ConcurrentHashMap<>();
    private final FailureGuard failureGuard;
    private final MonitorScheduler scheduler;
    private final MonitorCore core;
    private final SchemaErrors schemaErrors;
    private final AtomicBoolean started = new AtomicBoolean();

    /**
     * @param router the router's name, for logs and threads
     * @param nodes the nodes to monitor, in the order of the configuration
     * @param settings how to probe and evaluate nodes
     * @param dialects the dialects of servers whose node names none
     * @param poolHealth whether the pool of each node can open connections
     * @param listeners are notified of changes, in this order
     * @param metrics counts probes
     * @param topology way in which the nodes replicate
     * @param writes which node may be written to where the evidence leaves it open
     */
    public TopologyMonitor(
            String router,
            List<ProbeTarget> nodes,
            MonitorSettings settings,
            Dialects dialects,
            PoolHealthRegistry poolHealth,
            List<TopologyListener> listeners,
            RouterMetrics metrics,
            TopologyKind topology,
            WriteSettings writes) {
        this.router = router;
        this.settings = settings;
        this.policy = topology == TopologyKind.MULTI_PRIMARY ? writes.policy() : null;
        this.dialects = dialects;
        this.failureGuard = new FailureGuard(router);
        this.scheduler = new MonitorThread(router + "-monitor", failureGuard);
        Map<Node, Prober> probers = new HashMap<>();
        nodes.forEach(target -> probers.put(target.node(), proberOf(target)));
        this.core = new MonitorCore(
                router,
                nodes.stream().map(ProbeTarget::node).toList(),
                node -> Objects.requireNonNull(probers.get(node)),
                poolHealth,
                settings,
                scheduler,
                () -> ThreadLocalRandom.current().nextDouble(),
                listeners,
                metrics,
                topology,
                writes,
                failureGuard);
        this.schemaErrors = new SchemaErrors(scheduler::now, this::isPrimary, core);
    }

    private boolean isPrimary(Node node) {
        NodeStatus primary = snapshot().primary();
        return primary != null && primary.node() == node;
    }

    private Prober proberOf(ProbeTarget target) {
        if (target.dialect() != null) {
            declaredDialects.put(target.node(), target.dialect());
        }
        return new ConnectionProber(
                router,
                target,
                settings.timeout(),
                ProbeScheduler.maxConcurrentProbes(settings),
                dialects,
                scheduler::now,
                failureGuard);
    }

    /**
     * Probes every node, returns as soon as each is known, and continues in the background. Waits little longer than
     * one timeout for nodes that do not answer, and than two if no node does. An interrupt ends the wait and stays set.
     */
    public void start() {
        if (started.compareAndSet(false, true)) {
            core.start();
        }
        try {
            core.known()
                    .await(settings.timeout().multipliedBy(2).plus(START_MARGIN).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Monitors one more node. It is in the next snapshot, and serves once it has answered and, as a replica, has caught
     * up. Does not wait for it.
     *
     * @throws IllegalArgumentException when the name is taken
     */
    public void add(ProbeTarget target) {
        core.add(target.node(), proberOf(target));
    }

    /**
     * Stops monitoring a node and closes the monitor's connections to it. It is not in the next snapshot, whatever is
     * in flight on it: to let that end first, drain it.
     *
     * @throws IllegalArgumentException when it is not monitored
     */
    public void remove(Node node) {
        core.remove(node);
        declaredDialects.remove(node);
    }

    @Override
    public TopologySnapshot snapshot() {
        return core.snapshot();
    }

    @Override
    public TopologySnapshot awaitChange(TopologySnapshot seen, long nanos) throws InterruptedException {
        return core.published().awaitChange(seen, nanos);
    }

    @Override
    public void suspect(Node node, Exception cause) {
        ReplicationDialect declared = declaredDialects.get(node);
        core.suspect(node, ErrorAttribution.accuses(cause, declared == null ? dialects::classify : declared::classify));
    }

    @Override
    public Set<Node> nodesWithSchemaError(Node node, SQLException error) {
        return schemaErrors.nodesWith(node, error);
    }

    /**
     * Drains a node until {@link #undrain}, and returns when routing decisions see it, at the latest after a second.
     *
     * @throws IllegalArgumentException when no node has this name
     * @throws IllegalStateException when no other node could take its writes
     */
    public void drain(String name) {
        if (!await(core.drain(find(name).node(), true))) {
            throw new IllegalStateException(
                    snapshot().group() == null
                            ? "Node " + name + " is the primary, which cannot be drained."
                                    + " Promote another node first, then drain this one."
                            : "Node " + name + " cannot be drained, because no other member could take its writes."
                                    + " Drain it when another one is ONLINE and takes writes.");
        }
    }

    /**
     * Lets a drained node back in, and returns when routing decisions see it, at the latest after a second.
     *
     * @throws IllegalArgumentException when no node has this name
     */
    public void undrain(String name) {
        await(core.drain(find(name).node(), false));
    }

    /** Returns false when it was refused; true also when no answer came in time, as after the monitor was closed. */
    private static boolean await(Future<Boolean> done) {
        try {
            return done.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private NodeStatus find(String name) {
        TopologySnapshot now = snapshot();
        NodeStatus status = now.node(name);
        if (status == null) {
            throw new IllegalArgumentException("There is no node named " + name + "; there are "
                    + now.nodes().stream().map(NodeStatus::name).collect(Collectors.joining(", ")));
        }
        return status;
    }

    /**
     * Accepts what was lost in a promotion that is refused ({@code writes.on-incomplete-promotion=reject}). Without
     * effect where no promotion is refused.
     */
    public void acceptPromotion() {
        core.acceptPromotion();
    }

    /** Stops probing and closes the connections, without waiting for any server. The last snapshot stays. */
    @Override
    public void close() {
        core.close();
    }

    /**
     * Returns the roles and states as text, for example {@code primary db1 (MySQL 9.7.4, gtid); replicas db2 4 ms, db3
     * down (connection refused); max-lag 5s}, or {@code writer db1 (MariaDB 11.8.9, galera view 7 of 3 members), members
     * db2 3 ms; policy single; max-lag 5s}.
     */
    public String describe() {
        return policy == null
                ? TopologyDescription.of(snapshot(), settings.maxLag())
                : TopologyDescription.of(snapshot(), settings.maxLag(), policy);
    }
}
