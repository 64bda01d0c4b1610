package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
 * Watches the servers of one router, and publishes what they are.
 *
 * <p>Looks at every node once an interval through a connection of its own: one statement without any privilege, which
 * shows role and position. A second statement, for the state of replication, is sent where it can matter: on a new
 * connection, while a replica's lag is not zero, while there is no primary or another node claims to be one, after a change of
 * role, and else with every tenth probe. All state changes on one thread, which survives whatever dialects, drivers and
 * listeners throw. Threads are daemons and are named after the router. Thread-safe.
 */
public final class TopologyMonitor implements Topology, AutoCloseable {

    /** What the first rounds may take beyond the time-outs: starting threads, a second look at a replica. */
    private static final Duration START_MARGIN = Duration.ofMillis(500);

    /** The standard ones read errors alike. */
    private final String router;

    private final MonitorSettings settings;
    private final Dialects dialects;
    private final Map<Node, ReplicationDialect> declaredDialects = new ConcurrentHashMap<>();
    private final FailureGuard supervisor;
    private final MonitorScheduler timeline;
    private final MonitorCore core;
    private final SchemaErrors schemaErrors;
    private final AtomicBoolean started = new AtomicBoolean();

    /**
     * @param router the router's name, for logs and threads
     * @param nodes what to watch, in the order of the configuration
     * @param settings how to probe and judge
     * @param dialects how to talk to servers whose node names no dialect
     * @param breakers count how pools fare with each node
     * @param listeners hear of changes, in this order
     * @param metrics counts probes
     * @param writes what counts as fit for writes where it is open
     */
    public TopologyMonitor(
            String router,
            List<ProbeTarget> nodes,
            MonitorSettings settings,
            Dialects dialects,
            ConnectionBreakers breakers,
            List<TopologyListener> listeners,
            RouterMetrics metrics,
            WritePolicy writes) {
        this.router = router;
        this.settings = settings;
        this.dialects = dialects;
        this.supervisor = new FailureGuard(router);
        this.timeline = new MonitorThread(router + "-monitor", supervisor);
        Map<Node, Prober> probers = new HashMap<>();
        nodes.forEach(target -> probers.put(target.node(), proberOf(target)));
        this.core = new MonitorCore(
                router,
                nodes.stream().map(ProbeTarget::node).toList(),
                node -> Objects.requireNonNull(probers.get(node)),
                breakers,
                settings,
                timeline,
                () -> ThreadLocalRandom.current().nextDouble(),
                listeners,
                metrics,
                writes,
                supervisor);
        this.schemaErrors = new SchemaErrors(timeline::now, this::isPrimary, core);
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
                ProbeScheduler.mostAtOnce(settings),
                dialects,
                timeline::now,
                supervisor);
    }

    /**
     * Looks at every node, returns as soon as each is known, and goes on in the background. Waits little longer than one
     * time-out for nodes that do not answer, than two if no node does. An interrupt ends the wait and stays set.
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
     * Watches one more node, at once and from now on. It is in the next snapshot, and serves once it has answered and, as
     * a replica, has caught up. Does not wait for it.
     *
     * @throws IllegalArgumentException when the name is taken
     */
    public void add(ProbeTarget target) {
        core.add(target.node(), proberOf(target));
    }

    /**
     * Watches a node no more and drops the monitor's connections to it. It is not in the next snapshot, whatever runs on
     * it still: to let that end first, drain it.
     *
     * @throws IllegalArgumentException when it is not watched
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
     * Takes a node out of use until {@link #undrain}, and returns when decisions see it, at the latest after a second.
     *
     * @throws IllegalArgumentException when no node has this name
     * @throws IllegalStateException when it is the primary
     */
    public void drain(String name) {
        if (!await(core.reserve(find(name).node(), true))) {
            throw new IllegalStateException("Node " + name + " is the primary: without it no transaction can write."
                    + " Promote another node first, then drain this one.");
        }
    }

    /**
     * Lets a node back in that was taken out of use, and returns when decisions see it, at the latest after a second.
     *
     * @throws IllegalArgumentException when no node has this name
     */
    public void undrain(String name) {
        await(core.reserve(find(name).node(), false));
    }

    /** False when it was refused; true also when nobody has answered in time, as after the end. */
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
     * Accepts what was lost in a promotion that is refused ({@code writes.on-incomplete-promotion=reject}); without
     * effect where none is.
     */
    public void acceptPromotion() {
        core.acceptPromotion();
    }

    /** Stops probing and drops the connections, without waiting for any server. The last snapshot stays. */
    @Override
    public void close() {
        core.close();
    }

    /**
     * Who is what, for people: for example {@code primary db1 (MySQL 9.7.4, gtid); replicas db2 4 ms, db3 down
     * (connection refused); max-lag 5s}.
     */
    public String describe() {
        TopologySnapshot now = snapshot();
        List<String> parts = new ArrayList<>();
        NodeStatus primary = now.primary();
        parts.add(
                primary == null
                        ? "no primary (" + now.noPrimaryReason() + ")"
                        : "primary " + primary.name() + " (" + primary.server() + ", " + kind(primary.position())
                                + ")");
        List<String> replicas = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (NodeStatus node : now.nodes()) {
            if (primary == null || !node.name().equals(primary.name())) {
                boolean other = node.role() == Role.UNKNOWN && node.state() != NodeState.DOWN;
                (other ? others : replicas).add(describe(node, now.noPrimaryReason()));
            }
        }
        if (!replicas.isEmpty()) {
            parts.add("replicas " + String.join(", ", replicas));
        }
        if (!others.isEmpty()) {
            parts.add("not in use " + String.join(", ", others));
        }
        parts.add("max-lag " + DurationFormat.of(settings.maxLag()));
        return String.join("; ", parts);
    }

    private static String kind(@Nullable Position position) {
        return position == null ? "no position" : position.kind();
    }

    /** @param told what was said already, and is not said again */
    private static String describe(NodeStatus node, @Nullable String told) {
        Duration lag = node.lag();
        String text = node.name() + " " + (lag == null ? "" : lag.toMillis() + " ms");
        if (node.state() == NodeState.ONLINE) {
            return lag == null ? text + "lag unknown" : text;
        }
        String state = node.name() + " " + node.state().name().toLowerCase(Locale.ROOT);
        return told != null && node.reason() != null && told.contains(node.reason())
                ? state
                : state + " (" + node.reason() + ")";
    }
}
