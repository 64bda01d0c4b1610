package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Checks the declared nodes, apart from the configuration of their pools. */
final class NodeCheck {

    private final TopologyKind topology;
    private final @Nullable Set<String> dialects;
    private final Problems problems;

    /**
     * @param topology way in which the nodes replicate
     * @param dialects names of the known dialects; null while they are not known
     */
    NodeCheck(TopologyKind topology, @Nullable Set<String> dialects, Problems problems) {
        this.topology = topology;
        this.dialects = dialects;
        this.problems = problems;
    }

    void check(List<DeclaredNode> nodes) {
        if (nodes.isEmpty()) {
            problems.add(
                    "the ReplicationRoutingConnectionDetails bean has no nodes",
                    "Let the ReplicationRoutingConnectionDetails bean return at least one node");
        }
        nodes.forEach(this::node);
        if (topology == TopologyKind.PRIMARY_REPLICA) {
            onePrimary(nodes);
        }
        distinctServers(nodes);
    }

    private void node(DeclaredNode node) {
        url(node);
        String dialect = node.settings().getDialect();
        if (StringUtils.hasText(dialect) && dialects != null && !dialects.contains(dialect)) {
            problems.add(
                    node.key("dialect") + ": '" + dialect + "' is not known",
                    "Set '" + node.key("dialect") + "' to one of " + dialects);
        }
        if (node.settings().getKind() == NodeKind.ENDPOINT && node.settings().getRole() == DeclaredRole.AUTO) {
            problems.add(
                    node.key("role") + " is not set, but the role of an endpoint cannot be observed",
                    "Set '" + node.key("role") + "' to 'primary' or 'replica'");
        }
        if (node.settings().getWeight() < 1) {
            problems.add(
                    node.key("weight") + " must be positive, but is "
                            + node.settings().getWeight(),
                    "Set '" + node.key("weight") + "' to a positive value, or leave it out");
        }
    }

    private void url(DeclaredNode node) {
        String url = node.url();
        if (url.isEmpty()) {
            problems.add(
                    node.key("url") + " is not set",
                    "Set '" + node.key("url") + "', for example to jdbc:mysql://" + node.name() + ":3306/shop");
            return;
        }
        String several = JdbcUrls.severalServers(url);
        if (several != null) {
            problems.add(
                    node.key("url") + " leads to several servers: " + several,
                    "Name each server as a node of its own, with a URL such as jdbc:mysql://db1:3306/shop in place of '"
                            + node.key("url") + "'");
            return;
        }
        if (!node.hasDialect()) {
            String scheme = JdbcUrls.scheme(url);
            problems.add(
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
            problems.add(
                    "more than one node is declared 'primary': " + String.join(", ", primaries),
                    "Declare one node 'primary' at most; leave out the role of the others to have it observed. Where"
                            + " all of them take writes, set '" + ReplicationRoutingProperties.PREFIX
                            + ".topology' to '"
                            + Labels.of(TopologyKind.MULTI_PRIMARY) + "'");
        }
    }

    private void distinctServers(List<DeclaredNode> nodes) {
        Map<String, DeclaredNode> servers = new LinkedHashMap<>();
        for (DeclaredNode node : nodes) {
            String server = JdbcUrls.servers(node.url());
            DeclaredNode other = server == null ? null : servers.putIfAbsent(server, node);
            if (other != null) {
                problems.add(
                        node.key("url") + " leads to the same server as " + other.key("url") + ": " + server,
                        "Give each server one name: remove '" + other.name() + "' or '" + node.name() + "'");
            }
        }
    }
}
