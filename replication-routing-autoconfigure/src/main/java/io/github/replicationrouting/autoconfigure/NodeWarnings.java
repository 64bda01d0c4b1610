package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** What is likely a mistake in the declaration of the nodes, but may be meant. */
final class NodeWarnings {

    private final Consumer<String> warnings;

    NodeWarnings(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /**
     * @param nodes the nodes
     * @param pools the configuration of their pools, in the same order
     * @param zone that of the application
     */
    void check(List<DeclaredNode> nodes, List<HikariConfig> pools, @Nullable String zone) {
        databases(nodes, pools);
        if (StringUtils.hasText(zone)) {
            zones(nodes, zone);
        }
    }

    private void databases(List<DeclaredNode> nodes, List<HikariConfig> pools) {
        Map<String, String> databases = new TreeMap<>();
        StringBuilder without = new StringBuilder();
        for (int i = 0; i < nodes.size(); i++) {
            DeclaredNode node = nodes.get(i);
            if (!JdbcUrls.isSupported(node.url())) {
                continue;
            }
            String database = JdbcUrls.database(node.url());
            if (!database.isEmpty()) {
                databases.putIfAbsent(database, node.key("url"));
            } else if (pools.get(i).getCatalog() == null && pools.get(i).getSchema() == null) {
                without.append(without.isEmpty() ? "" : ", ").append(node.key("url"));
            }
        }
        if (!without.isEmpty()) {
            warnings.accept(
                    without + " names no database: statements fail (1046) unless they name theirs. Write it behind"
                            + " the server, as in jdbc:mysql://db1:3306/shop");
        }
        if (databases.size() > 1) {
            warnings.accept("the nodes lead to different databases: "
                    + databases.entrySet().stream()
                            .map(database -> "'" + database.getKey() + "' in " + database.getValue())
                            .collect(Collectors.joining(", ")));
        }
    }

    private void zones(List<DeclaredNode> nodes, String zone) {
        TreeSet<String> zones = nodes.stream()
                .map(node -> node.settings().getZone())
                .filter(Objects::nonNull)
                .filter(StringUtils::hasText)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!zones.contains(zone)) {
            warnings.accept(ReplicationRoutingProperties.PREFIX + ".zone is '" + zone + "', but no node is in it: "
                    + (zones.isEmpty() ? "no node has a zone" : "those of the nodes are " + String.join(", ", zones)));
        }
    }
}
