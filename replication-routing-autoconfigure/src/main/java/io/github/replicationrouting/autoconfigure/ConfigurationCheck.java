package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.autoconfigure.InvalidRoutingConfigurationException.Problem;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Monitor;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Reads;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.TopologyKind;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.NodeKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.util.StringUtils;

/** Finds everything that is wrong with the values of a configuration. */
final class ConfigurationCheck {

    private static final String PREFIX = ReplicationRoutingProperties.PREFIX + ".";

    private final Set<String> dialects;
    private final List<Problem> problems = new ArrayList<>();

    /** @param dialects names of the known dialects */
    ConfigurationCheck(Set<String> dialects) {
        this.dialects = dialects;
    }

    void add(Problem problem) {
        problems.add(problem);
    }

    void add(String description, String action) {
        add(new Problem(description, action));
    }

    /** @throws InvalidRoutingConfigurationException when anything was found */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new InvalidRoutingConfigurationException(problems);
        }
    }

    void properties(ReplicationRoutingProperties properties) {
        if (properties.getTopology() != TopologyKind.PRIMARY_REPLICA) {
            add(
                    PREFIX + "topology: 'multi-primary' is not supported by this version",
                    "Set '" + PREFIX + "topology' to 'primary-replica', or leave it out");
        }
        positive("connect-timeout", properties.getConnectTimeout());
        reads(properties.getReads());
        monitor(properties.getMonitor());
    }

    private void reads(Reads reads) {
        positive("reads.max-lag", reads.getMaxLag());
        Duration readmit = reads.getReadmitLag();
        if (readmit == null) {
            return;
        }
        positive("reads.readmit-lag", readmit);
        if (readmit.compareTo(reads.getMaxLag()) > 0) {
            add(
                    PREFIX + "reads.readmit-lag (" + text(readmit) + ") is above " + PREFIX + "reads.max-lag ("
                            + text(reads.getMaxLag()) + ")",
                    "Set '" + PREFIX + "reads.readmit-lag' below 'reads.max-lag', or leave it out for half of it");
        }
    }

    private void monitor(Monitor monitor) {
        positive("monitor.interval", monitor.getInterval());
        positive("monitor.timeout", monitor.getTimeout());
        if (monitor.getFailureThreshold() < 1) {
            notPositive(PREFIX + "monitor.failure-threshold", Integer.toString(monitor.getFailureThreshold()));
        }
    }

    void nodes(List<DeclaredNode> nodes) {
        if (nodes.isEmpty()) {
            add(
                    "the ReplicationRoutingConnectionDetails bean has no nodes",
                    "Let the ReplicationRoutingConnectionDetails bean return at least one node");
        }
        nodes.forEach(this::node);
        onePrimary(nodes);
        distinctServers(nodes);
    }

    private void node(DeclaredNode node) {
        url(node);
        String dialect = node.settings().getDialect();
        if (StringUtils.hasText(dialect) && !dialects.contains(dialect)) {
            add(
                    node.key("dialect") + ": '" + dialect + "' is not known",
                    "Set '" + node.key("dialect") + "' to one of " + dialects);
        }
        if (node.settings().getKind() == NodeKind.ENDPOINT && node.settings().getRole() == DeclaredRole.AUTO) {
            add(
                    node.key("role") + " is not set, but the role of an endpoint cannot be observed",
                    "Set '" + node.key("role") + "' to 'primary' or 'replica'");
        }
        if (node.settings().getWeight() < 1) {
            notPositive(node.key("weight"), Integer.toString(node.settings().getWeight()));
        }
    }

    private void url(DeclaredNode node) {
        String url = node.url();
        if (url.isEmpty()) {
            add(
                    node.key("url") + " is not set",
                    "Set '" + node.key("url") + "', for example to jdbc:mysql://" + node.name() + ":3306/shop");
            return;
        }
        if (!node.hasDialect()) {
            String scheme = JdbcUrls.scheme(url);
            add(
                    node.key("url") + " is not supported: "
                            + (scheme.isEmpty() ? "it is not a JDBC URL" : "it begins with '" + scheme + "'"),
                    "Begin '" + node.key("url") + "' with 'jdbc:mysql:' or 'jdbc:mariadb:', or, for a driver that wraps"
                            + " one of them, set '" + node.key("dialect") + "' to one of " + dialects);
        }
    }

    private void onePrimary(List<DeclaredNode> nodes) {
        List<String> primaries = nodes.stream()
                .filter(node -> node.settings().getRole() == DeclaredRole.PRIMARY)
                .map(node -> node.key("role"))
                .toList();
        if (primaries.size() > 1) {
            add(
                    "more than one node is declared 'primary': " + String.join(", ", primaries),
                    "Declare one node 'primary' at most; leave the others out to have their roles observed");
        }
    }

    private void distinctServers(List<DeclaredNode> nodes) {
        Map<String, DeclaredNode> servers = new LinkedHashMap<>();
        for (DeclaredNode node : nodes) {
            String server = JdbcUrls.servers(node.url());
            DeclaredNode other = server == null ? null : servers.putIfAbsent(server, node);
            if (other != null) {
                add(
                        node.key("url") + " leads to the same server as " + other.key("url") + ": " + server,
                        "Give each server one name: remove '" + other.name() + "' or '" + node.name() + "'");
            }
        }
    }

    private void positive(String key, Duration value) {
        if (value.toMillis() < 1) {
            notPositive(PREFIX + key, text(value));
        }
    }

    private void notPositive(String key, String value) {
        add(key + " must be positive, but is " + value, "Set '" + key + "' to a positive value, or leave it out");
    }

    private static String text(Duration value) {
        return value.toMillis() % 1_000 == 0 ? value.toSeconds() + "s" : value.toMillis() + "ms";
    }
}
