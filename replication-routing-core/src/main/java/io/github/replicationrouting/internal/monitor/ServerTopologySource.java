package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.Member;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the servers themselves which others there are: replicas that report their address ({@code report_host}), members
 * of a group, Galera's addresses. A server is identified by its own id, not by its address, so that one that is
 * declared under another address does not join twice; and no server joins before it has answered once.
 *
 * <p>A replica that is no longer reported may only have lost its source for a moment, so that it leaves after a while,
 * not immediately. Each discovery opens a connection to every node that answers. Not thread-safe: for one thread.
 */
public final class ServerTopologySource implements TopologySource {

    private static final Logger log = LoggerFactory.getLogger(ServerTopologySource.class);

    private final String router;
    private final Topology topology;
    private final Function<Node, @Nullable ProbeTarget> targets;
    private final Function<NodeSpec, ProbeTarget> template;
    private final Dialects dialects;
    private final Duration timeout;
    private final Duration removeAfter;
    private final LongSupplier clock;

    /** By address. */
    private final Map<String, Found> found = new LinkedHashMap<>();

    /** Which node a server is, by its server id. */
    private final Map<String, Known> nodesByServer = new HashMap<>();

    private final Set<String> warned = new HashSet<>();

    private record Found(NodeSpec spec, long lastReported) {}

    /**
     * @param node name of the node
     * @param found whether it was discovered, not declared
     * @param lastSeen when it was last asked or reported
     */
    private record Known(String node, boolean found, long lastSeen) {}

    /** A server that another one has reported. */
    private record Report(Member member, NodeSpec by) {
        String address() {
            return member.host() + ":" + member.port();
        }
    }

    /**
     * @param router the router's name, for logs
     * @param topology the nodes of the router
     * @param targets how to probe one of them
     * @param template how to probe one that would be new
     * @param timeout limit for each answer
     * @param removeAfter how long a node stays after it was last reported
     * @param clock monotonic time in nanoseconds
     */
    public ServerTopologySource(
            String router,
            Topology topology,
            Function<Node, @Nullable ProbeTarget> targets,
            Function<NodeSpec, ProbeTarget> template,
            Dialects dialects,
            Duration timeout,
            Duration removeAfter,
            LongSupplier clock) {
        this.router = router;
        this.topology = topology;
        this.targets = targets;
        this.template = template;
        this.dialects = dialects;
        this.timeout = timeout;
        this.removeAfter = removeAfter;
        this.clock = clock;
    }

    @Override
    public Collection<NodeSpec> nodes() {
        long now = clock.getAsLong();
        List<Report> reports = askAll(now);
        forgetServers(now);
        for (Report each : reports) {
            take(each, now);
        }
        found.values().removeIf(node -> isLongAgo(node.lastReported, now));
        return found.values().stream().map(Found::spec).toList();
    }

    private boolean isLongAgo(long time, long now) {
        return now - time > removeAfter.toNanos();
    }

    /**
     * A server whose node has left may join again, also under another address. One that was declared, and removed by
     * the application, may once it has not been reported for a while: the others report it as long as it replicates.
     */
    private void forgetServers(long now) {
        TopologySnapshot snapshot = topology.snapshot();
        Set<String> named =
                found.values().stream().map(node -> node.spec.name()).collect(Collectors.toCollection(HashSet::new));
        snapshot.nodes().forEach(node -> named.add(node.name()));
        nodesByServer
                .values()
                .removeIf(server -> !named.contains(server.node) && (server.found || isLongAgo(server.lastSeen, now)));
    }

    private List<Report> askAll(long now) {
        List<Report> reports = new ArrayList<>();
        for (NodeStatus node : topology.snapshot().nodes()) {
            ProbeTarget target = targets.apply(node.node());
            boolean isOneServer = node.node().spec().kind() == NodeKind.SERVER;
            if (target != null && isOneServer && node.state() != NodeState.DOWN) {
                try {
                    reports.addAll(ask(target, now));
                } catch (SQLException e) {
                    warn(
                            node.name(),
                            "cannot be asked for other servers: "
                                    + ProbeFailure.of(e, timeout, target.dialect())
                                            .reason());
                }
            }
        }
        return reports;
    }

    private List<Report> ask(ProbeTarget target, long now) throws SQLException {
        try (Connection connection = open(target)) {
            ReplicationDialect dialect = dialectOf(target, connection);
            if (dialect == null) {
                return List.of();
            }
            remember(serverId(dialect, connection), target.node().name(), now);
            return dialect.members(connection, missing -> warn(target.node().name(), missing)).stream()
                    .map(member -> new Report(member, target.node().spec()))
                    .toList();
        }
    }

    private static String serverId(ReplicationDialect dialect, Connection connection) throws SQLException {
        return dialect.observeGroup(connection, dialect.observe(connection)).serverId();
    }

    private Connection open(ProbeTarget target) throws SQLException {
        ConnectionFactory substitute = target.substitute();
        try {
            return target.connections().open(timeout);
        } catch (SQLException e) {
            if (substitute == null
                    || !ProbeFailure.of(e, timeout, target.dialect()).ofAccount()) {
                throw e;
            }
            return substitute.open(timeout);
        }
    }

    /** Notes the server that a node is now; the one that it was before is another one, which may join. */
    private void remember(String serverId, String node, long now) {
        Known before = nodesByServer.get(serverId);
        boolean isFound;
        if (before != null && before.node.equals(node)) {
            isFound = before.found;
        } else {
            isFound = found.values().stream().anyMatch(each -> each.spec.name().equals(node));
        }
        nodesByServer.entrySet().removeIf(other -> isOtherServerOf(node, serverId, other));
        nodesByServer.put(serverId, new Known(node, isFound, now));
    }

    private static boolean isOtherServerOf(String node, String serverId, Map.Entry<String, Known> known) {
        return known.getValue().node.equals(node) && !known.getKey().equals(serverId);
    }

    /** Whether a server is a known one, which is now noted as reported. */
    private boolean isKnown(String serverId, long now) {
        return nodesByServer.computeIfPresent(serverId, (id, known) -> new Known(known.node, known.found, now)) != null;
    }

    private @Nullable ReplicationDialect dialectOf(ProbeTarget target, Connection connection) throws SQLException {
        return target.dialect() != null
                ? target.dialect()
                : dialects.forVersion(connection.getMetaData().getDatabaseProductVersion());
    }

    private void take(Report report, long now) {
        String address = report.address();
        Found known = found.get(address);
        if (known != null) {
            found.put(address, new Found(known.spec, now));
            return;
        }
        String serverId = report.member.serverId();
        if (serverId != null && isKnown(serverId, now)) {
            return;
        }
        NodeSpec spec = report.by.elsewhere(nameOf(report), report.member.host(), report.member.port());
        if (spec == null) {
            warn(
                    report.by.name(),
                    "reports the server " + address
                            + ", but the node's URL has no place for the address of one server");
            return;
        }
        if (isNew(spec, now)) {
            found.put(address, new Found(spec, now));
        }
    }

    /** Whether a server answers, and is none of the known ones. */
    private boolean isNew(NodeSpec spec, long now) {
        ProbeTarget target = template.apply(spec);
        try (Connection connection = open(target)) {
            ReplicationDialect dialect = dialectOf(target, connection);
            if (dialect == null) {
                return false;
            }
            String serverId = serverId(dialect, connection);
            boolean isNew = !isKnown(serverId, now);
            if (isNew) {
                nodesByServer.put(serverId, new Known(spec.name(), true, now));
            }
            return isNew;
        } catch (SQLException e) {
            warn(
                    spec.name(),
                    "was reported by another server, and does not join: "
                            + ProbeFailure.of(e, timeout, target.dialect()).reason());
            return false;
        }
    }

    /** Returns the host, with the port unless it is the dialect's default. */
    private String nameOf(Report report) {
        ReplicationDialect dialect = dialects.forUrl(report.by.url());
        String host = report.member.host().replaceAll("[^A-Za-z0-9._-]", "-");
        int port = report.member.port();
        return dialect != null && port == dialect.defaultPort() ? host : host + "-" + port;
    }

    private void warn(String node, String text) {
        if (warned.add(node + text)) {
            log.warn("[{}] node {}: {}", router, node, text);
        }
    }
}
