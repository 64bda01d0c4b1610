package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Warns, after the first probe of the servers, about settings that explain what is wrong with them. */
final class FirstProbeWarnings {

    private static final String MONITOR = ReplicationRoutingProperties.PREFIX + ".monitor.";

    private final ReplicationRoutingProperties properties;
    private final PoolConfigurations pools;
    private final Consumer<String> warnings;

    FirstProbeWarnings(ReplicationRoutingProperties properties, PoolConfigurations pools, Consumer<String> warnings) {
        this.properties = properties;
        this.pools = pools;
        this.warnings = warnings;
    }

    void check(List<DeclaredNode> nodes, TopologySnapshot snapshot) {
        Map<String, List<String>> refused = new LinkedHashMap<>();
        for (DeclaredNode node : nodes) {
            NodeStatus status = snapshot.node(node.name());
            if (status == null) {
                continue;
            }
            String reason = status.reason() == null ? "" : status.reason().toLowerCase(Locale.ROOT);
            if (reason.contains("unknown database") || reason.contains("access denied to the database")) {
                warnings.accept("node " + node.name() + ": the database '" + JdbcUrls.database(node.url()) + "' of "
                        + node.key("url") + " does not exist, or the user may not use it");
            } else if (reason.contains("access denied")) {
                refused.computeIfAbsent(credentials(node), keys -> new ArrayList<>())
                        .add(node.name());
            } else if (isReadOnlyPrimary(node, status, reason)) {
                warnings.accept(node.key("role") + " is 'primary', but the server is read-only"
                        + (status.role() == Role.REPLICA ? " and a replica" : "")
                        + ": promote it, or correct the role");
            }
        }
        refused.forEach((keys, names) -> warnings.accept("access denied on "
                + names.stream().map(name -> "node " + name).collect(Collectors.joining(", ")) + ": check " + keys));
        boolean onlyReplicas = snapshot.nodes().stream()
                .allMatch(node -> node.role() == Role.REPLICA && node.state() != NodeState.DOWN);
        if (!snapshot.isWritable() && onlyReplicas) {
            warnings.accept(
                    properties.getTopology() == TopologyKind.MULTI_PRIMARY
                            ? noWriter(snapshot)
                            : "only replicas are listed: " + snapshot.noPrimaryReason() + ". Add the primary under "
                                    + ReplicationRoutingProperties.PREFIX + ".nodes");
        }
    }

    private static String noWriter(TopologySnapshot snapshot) {
        return "no node takes writes: " + snapshot.noPrimaryReason() + ". Under "
                + ReplicationRoutingProperties.PREFIX + ".topology '" + Labels.of(TopologyKind.MULTI_PRIMARY)
                + "' at least one node must be writable and not declared 'replica', and a member of a group must be in"
                + " a view with a majority";
    }

    private static boolean isReadOnlyPrimary(DeclaredNode node, NodeStatus status, String reason) {
        return node.settings().getRole() == DeclaredRole.PRIMARY
                && status.server() != null
                && status.state() != NodeState.DOWN
                && (status.role() == Role.REPLICA || reason.startsWith("read-only"));
    }

    /** Returns the keys that set the account of the probes of a node. */
    private String credentials(DeclaredNode node) {
        boolean ownUser = StringUtils.hasText(properties.getMonitor().getUsername());
        String user = ownUser ? MONITOR + "username" : pools.keyOf(node, "username");
        String password =
                properties.getMonitor().getPassword() != null ? MONITOR + "password" : pools.keyOf(node, "password");
        return described("user", user) + " and " + described("password", password);
    }

    private static String described(String what, @Nullable String key) {
        return key == null ? "the " + what + ", which no key sets" : key;
    }
}
