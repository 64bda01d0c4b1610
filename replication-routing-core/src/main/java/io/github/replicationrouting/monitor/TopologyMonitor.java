package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Dialects;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Topology;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Watches the servers of one router, and publishes what they are.
 *
 * <p>Looks at every node once an interval through a connection of its own: one statement without any privilege, which
 * shows role and position. A second statement, for the state of replication, is sent where it can matter: on a new
 * connection, while a replica's lag is not zero, while there is not exactly one writable node, after a change of role,
 * and else with every tenth probe. All state changes on one thread, which survives whatever dialects, drivers and
 * listeners throw. Threads are daemons and are named after the router. Thread-safe.
 */
public final class TopologyMonitor implements Topology, AutoCloseable {

    /** What the first rounds may take beyond the time-outs: starting threads, a second look at a replica. */
    private static final Duration START_MARGIN = Duration.ofMillis(500);

    private final MonitorSettings settings;
    private final MonitorCore core;
    private final AtomicBoolean started = new AtomicBoolean();

    /**
     * @param router the router's name, for logs and threads
     * @param nodes what to watch, in the order of the configuration
     * @param settings how to probe and judge
     * @param dialects how to talk to servers whose node names no dialect
     * @param listeners hear of changes, in this order
     */
    public TopologyMonitor(
            String router,
            List<MonitoredNode> nodes,
            MonitorSettings settings,
            Dialects dialects,
            List<TopologyListener> listeners) {
        this.settings = settings;
        Supervisor supervisor = new Supervisor(router);
        Timeline timeline = new MonitorThread(router + "-monitor", supervisor);
        Map<Node, MonitoredNode> targets = new HashMap<>();
        nodes.forEach(target -> targets.put(target.node(), target));
        this.core = new MonitorCore(
                router,
                nodes.stream().map(MonitoredNode::node).toList(),
                node -> new ConnectionProber(
                        router,
                        Objects.requireNonNull(targets.get(node)),
                        settings.timeout(),
                        MonitorCore.mostAtOnce(settings),
                        dialects,
                        timeline::now,
                        supervisor),
                settings,
                timeline,
                () -> ThreadLocalRandom.current().nextDouble(),
                listeners,
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

    @Override
    public TopologySnapshot snapshot() {
        return core.snapshot();
    }

    @Override
    public void suspect(Node node, Exception cause) {
        core.suspect(node);
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
                (other ? others : replicas).add(describe(node));
            }
        }
        if (!replicas.isEmpty()) {
            parts.add("replicas " + String.join(", ", replicas));
        }
        if (!others.isEmpty()) {
            parts.add("not in use " + String.join(", ", others));
        }
        parts.add("max-lag " + Words.of(settings.maxLag()));
        return String.join("; ", parts);
    }

    private static String kind(@Nullable Position position) {
        return position == null ? "no gtid" : "gtid";
    }

    private static String describe(NodeStatus node) {
        Duration lag = node.lag();
        String text = node.name() + " " + (lag == null ? "" : lag.toMillis() + " ms");
        if (node.state() == NodeState.ONLINE) {
            return lag == null ? text + "lag unknown" : text;
        }
        return node.name() + " " + node.state().name().toLowerCase(Locale.ROOT) + " (" + node.reason() + ")";
    }
}
