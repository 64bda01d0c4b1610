package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Reports keys of nodes that Spring Boot would mix up, because two names are the same to it, or miss, because they are
 * under another prefix.
 */
final class NodeKeyCheck {

    private static final int DEPTH = ConfiguredKeys.NODES.getNumberOfElements();

    /** Misspelt in one of its words, or only roughly in both. Other prefixes may be those of another router. */
    private static final Pattern MISSPELT_PREFIX =
            Pattern.compile("replication[routing]+|r[replication]*routing|repl[a-z]*rou?t[a-z]*n[a-z]*");

    private static final int MAX_MISSPELT_LENGTH_DIFFERENCE = 2;

    private final ConfiguredKeys configured;
    private final Collection<ConfigurationPropertyName> nodes;
    private final boolean nodesFromBean;

    /** @param nodesFromBean whether the nodes come from a bean, which may read keys of the application */
    NodeKeyCheck(ConfiguredKeys configured, boolean nodesFromBean) {
        this.configured = configured;
        this.nodes = configured.nodes();
        this.nodesFromBean = nodesFromBean;
    }

    void check(Consumer<Problem> problems) {
        twoSpellings(problems);
        withAndWithoutBrackets(problems);
        if (!nodesFromBean) {
            otherPrefix(problems);
        }
    }

    /** Reports two names that are the same to Spring Boot, so that the keys of one node would apply to the other. */
    private void twoSpellings(Consumer<Problem> problems) {
        Map<String, String> names = new HashMap<>();
        Set<Problem> found = new LinkedHashSet<>();
        for (ConfiguredKeys.Key key : configured.routing()) {
            if (key.variable() || !ConfiguredKeys.NODES.isAncestorOf(key.name())) {
                continue;
            }
            ConfigurationPropertyName node = key.name().chop(DEPTH + 1);
            String name = node.getLastElement(Form.ORIGINAL);
            String other = names.putIfAbsent(node.getLastElement(Form.UNIFORM), name);
            if (other != null && !other.equals(name)) {
                found.add(new Problem(
                        ConfiguredKeys.NODES + "." + name + " and " + ConfiguredKeys.NODES + "." + other
                                + " are the same key to Spring Boot, which"
                                + " compares names by letters from a to z and digits only",
                        "Rename '" + name + "' or '" + other + "', or spell them alike if they are one node"));
                names.put(node.getLastElement(Form.UNIFORM), name);
            }
        }
        found.forEach(problems);
    }

    /** Reports {@code [db-1]} beside {@code db-1}, which Spring Boot binds to two nodes, each with some of the keys. */
    private void withAndWithoutBrackets(Consumer<Problem> problems) {
        Map<String, ConfigurationPropertyName> names = new HashMap<>();
        for (ConfigurationPropertyName node : nodes) {
            ConfigurationPropertyName other = names.putIfAbsent(node.getLastElement(Form.ORIGINAL), node);
            if (other != null) {
                problems.accept(new Problem(
                        node + " and " + other + " are two nodes with the same name",
                        "Rename one of them, or spell them alike if they are one node, both with brackets or"
                                + " neither"));
            }
        }
    }

    /** Reports URLs of nodes under another prefix. */
    private void otherPrefix(Consumer<Problem> problems) {
        boolean hasOtherKeys = !configured.routing().isEmpty();
        String consequence = nodes.isEmpty() ? ", and no node is" : "";
        configured.all().stream()
                .filter(key -> !ConfiguredKeys.ROUTING.isAncestorOf(key.name()))
                .filter(key -> isUrlOfNode(key, hasOtherKeys))
                .map(key -> {
                    int depth = key.name().getNumberOfElements();
                    ConfigurationPropertyName intended = ConfiguredKeys.NODES
                            .append(key.name().subName(depth - 2).chop(1))
                            .append("url");
                    return new Problem(
                            key.text() + " is not under " + ReplicationRoutingProperties.PREFIX + consequence,
                            "Write '" + (key.variable() ? ConfiguredKeys.variable(intended) : intended)
                                    + "' instead of '" + key.text() + "', or set '"
                                    + ReplicationRoutingProperties.PREFIX + ".enabled' to 'false'");
                })
                .forEach(problems);
    }

    private boolean isUrlOfNode(ConfiguredKeys.Key key, boolean hasOtherKeys) {
        ConfigurationPropertyName name = key.name();
        int depth = name.getNumberOfElements();
        if (depth < 3
                || !name.getElement(depth - 1, Form.UNIFORM).equals("url")
                || !name.getElement(depth - 3, Form.UNIFORM).matches("nodes?")) {
            return false;
        }
        String before = ConfiguredKeys.uniform(name, 0, depth - 3);
        boolean intended = nodes.isEmpty()
                ? before.contains("replication") || before.contains("routing") || (before.isEmpty() && hasOtherKeys)
                : isMisspeltPrefix(before.replace(".", ""));
        if (!intended) {
            return false;
        }
        String url = configured.resolved(key);
        return JdbcUrls.isSupported(url);
    }

    /** Where there are nodes, further ones may belong to a router of the application, under a prefix of its own. */
    private static boolean isMisspeltPrefix(String before) {
        String prefix = ReplicationRoutingProperties.PREFIX.replace(".", "");
        return before.equals(prefix)
                || before.equals("spring" + prefix)
                || (!before.startsWith(prefix)
                        && MISSPELT_PREFIX.matcher(before).matches()
                        && Math.abs(before.length() - prefix.length()) <= MAX_MISSPELT_LENGTH_DIFFERENCE);
    }
}
