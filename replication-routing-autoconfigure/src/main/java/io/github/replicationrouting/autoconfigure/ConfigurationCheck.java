package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.autoconfigure.InvalidRoutingConfigurationException.Problem;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Consistency;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Discovery;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Monitor;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Reads;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.TopologyKind;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Writes;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Finds everything that is wrong with the values of a configuration. */
final class ConfigurationCheck {

    private static final int MIN_KEY = 16;
    private static final String PREFIX = ReplicationRoutingProperties.PREFIX + ".";

    private final @Nullable Set<String> dialects;
    private final List<Problem> problems = new ArrayList<>();

    /** @param dialects names of the known dialects; null while they are not known */
    ConfigurationCheck(@Nullable Set<String> dialects) {
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
        writes(properties.getWrites());
        consistency(properties.getConsistency());
        monitor(properties.getMonitor());
        discovery(properties.getDiscovery());
    }

    private void discovery(Discovery discovery) {
        positive("discovery.interval", discovery.getInterval());
        positive("discovery.remove-after", discovery.getRemoveAfter());
        positive("discovery.drain-timeout", discovery.getDrainTimeout());
    }

    private void consistency(Consistency consistency) {
        notNegative("consistency.wait", consistency.getWait(), "0s to have reads go to the primary at once");
        if (consistency.getPin() != null) {
            notNegative("consistency.pin", consistency.getPin(), "0s to have reads not follow a write");
        }
        boolean signed = consistency.getCarrier() == Consistency.Carrier.COOKIE
                || consistency.getCarrier() == Consistency.Carrier.HEADER;
        String key = consistency.getSigningKey();
        if (signed && (key == null || key.length() < MIN_KEY)) {
            add(
                    PREFIX + "consistency.signing-key "
                            + (key == null ? "is not set" : "is shorter than " + MIN_KEY + " characters")
                            + ", but a token that travels with the client must be signed",
                    "Set '" + PREFIX + "consistency.signing-key' to the same random secret of at least " + MIN_KEY
                            + " characters in all instances, or '" + PREFIX + "consistency.carrier' to 'http-session'");
        }
    }

    private void notNegative(String key, Duration value, String least) {
        if (value.isNegative()) {
            add(
                    PREFIX + key + " must not be negative, but is " + text(value),
                    "Set '" + PREFIX + key + "' to " + least + ", or leave it out");
        }
    }

    private void reads(Reads reads) {
        if (reads.getRetries() < 0) {
            add(
                    PREFIX + "reads.retries must not be negative, but is " + reads.getRetries(),
                    "Set '" + PREFIX + "reads.retries' to 0 to run nothing again, or leave it out");
        }
        positive("reads.max-lag", reads.getMaxLag());
        Integer fallback = reads.getMaxFallbackConcurrency();
        if (fallback != null && fallback < 1) {
            notPositive(PREFIX + "reads.max-fallback-concurrency", fallback.toString());
        }
        if (reads.getSlowStart().isNegative()) {
            String key = PREFIX + "reads.slow-start";
            add(
                    key + " must not be negative, but is " + text(reads.getSlowStart()),
                    "Set '" + key + "' to a time, or to 0 for full shares at once");
        }
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

    private void writes(Writes writes) {
        if (writes.getHold().isNegative()) {
            negative("writes.hold", text(writes.getHold()));
        }
        if (writes.getConflictRetries() < 0) {
            negative("writes.conflict-retries", Integer.toString(writes.getConflictRetries()));
        }
        Integer maxHeld = writes.getMaxHeld();
        if (maxHeld != null && maxHeld < 0) {
            negative("writes.max-held", maxHeld.toString());
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
        if (StringUtils.hasText(dialect) && dialects != null && !dialects.contains(dialect)) {
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
        String several = JdbcUrls.severalServers(url);
        if (several != null) {
            add(
                    node.key("url") + " leads to several servers: " + several,
                    "Name each server as a node of its own, with a URL such as jdbc:mysql://db1:3306/shop in place of '"
                            + node.key("url") + "'");
            return;
        }
        if (!node.hasDialect()) {
            String scheme = JdbcUrls.scheme(url);
            add(
                    node.key("url") + " is not supported: "
                            + (scheme.isEmpty() ? "it is not a JDBC URL" : "it begins with '" + scheme + "'"),
                    "Begin '" + node.key("url") + "' with " + JdbcUrls.prefixes() + ", or, for a driver that wraps"
                            + " one of them, set '" + node.key("dialect") + "' to "
                            + (dialects == null ? "the name of its dialect" : "one of " + dialects));
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

    private void negative(String key, String value) {
        add(
                PREFIX + key + " must not be negative, but is " + value,
                "Set '" + PREFIX + key + "' to 0 or more, or leave it out");
    }

    private static String text(Duration value) {
        return value.toMillis() % 1_000 == 0 ? value.toSeconds() + "s" : value.toMillis() + "ms";
    }
}
