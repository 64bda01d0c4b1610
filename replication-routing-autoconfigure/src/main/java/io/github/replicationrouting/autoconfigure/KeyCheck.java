package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.autoconfigure.InvalidRoutingConfigurationException.Problem;
import io.github.replicationrouting.autoconfigure.KnownKeys.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Finds the keys that Spring Boot's binding would pass over in silence: with a key that is misspelt a node can be lost,
 * and with it the primary.
 */
final class KeyCheck {

    private static final String PREFIX = ReplicationRoutingProperties.PREFIX + ".";
    private static final String URL_OF_A_NODE = PREFIX + "nodes.db1.url";
    private static final int DEPTH = WrittenKeys.NODES.getNumberOfElements();

    /** A part of a key between dots; what stands in brackets is taken as it is. */
    private static final Pattern PART = Pattern.compile("(?:\\[[^]]*]|[^.\\[])+");

    private static final Pattern IN_BRACKETS = Pattern.compile("\\[[^]]*]");
    private static final Pattern DROPPED = Pattern.compile("[^A-Za-z0-9_.-]");

    private final WrittenKeys written;
    private final KnownKeys known = new KnownKeys();
    private final Collection<ConfigurationPropertyName> nodes;
    private final boolean nodesOfBean;

    /** @param nodesOfBean whether a bean names the nodes, which may have them from keys of the application */
    KeyCheck(WrittenKeys written, boolean nodesOfBean) {
        this.written = written;
        this.nodesOfBean = nodesOfBean;
        this.nodes = written.nodes();
    }

    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        Map<String, WrittenKeys.Key> distinct = new LinkedHashMap<>();
        written.routing().forEach(key -> distinct.put(key.variable() + key.text(), key));
        Set<String> variables = knownVariables();
        for (WrittenKeys.Key key : distinct.values()) {
            Problem problem = key.variable() ? ofVariable(key, variables) : ofKey(key);
            if (problem != null) {
                problems.add(problem);
            }
        }
        problems.addAll(twoSpellings());
        problems.addAll(withAndWithoutBrackets());
        if (!nodesOfBean) {
            problems.addAll(nodesElsewhere());
        }
        return problems;
    }

    private @Nullable Problem ofKey(WrittenKeys.Key key) {
        String plain = IN_BRACKETS.matcher(key.text()).replaceAll("");
        if (DROPPED.matcher(plain).find()) {
            return droppedCharacters(key);
        }
        return switch (known.kindOf(key.name())) {
            case VALUE -> null;
            case GROUP -> valueOfGroup(key);
            case UNKNOWN -> unknown(key);
        };
    }

    private static Problem droppedCharacters(WrittenKeys.Key key) {
        List<String> parts = partsOf(key.text());
        String wrong = parts.stream()
                .filter(part -> DROPPED.matcher(IN_BRACKETS.matcher(part).replaceAll(""))
                        .find())
                .findFirst()
                .orElse(key.text());
        String description = key.text() + " would be read as " + key.name()
                + ": outside of brackets Spring Boot keeps only letters from a to z, digits, '-' and '_'";
        return new Problem(
                description,
                parts.indexOf(wrong) == DEPTH
                        ? "Write the name of the node in brackets and quotes: \"[" + wrong + "]\", or rename it"
                        : "Write '" + wrong
                                + "' with letters from a to z, digits and dashes, or in brackets and quotes");
    }

    private static List<String> partsOf(String text) {
        Matcher matcher = PART.matcher(text);
        return matcher.results().map(part -> part.group()).toList();
    }

    private @Nullable Problem valueOfGroup(WrittenKeys.Key key) {
        Object given = key.value();
        String value = given == null ? "" : given.toString();
        if (!value.isBlank()) {
            return new Problem(
                    key.text() + " has a value, but is a group of keys",
                    "Set '" + exampleIn(key.name()) + "' in its place, or remove it");
        }
        boolean used = written.routing().stream().anyMatch(other -> key.name().isAncestorOf(other.name()));
        if (used) {
            return null;
        }
        if (key.name().equals(WrittenKeys.NODES)) {
            return new Problem(
                    key.text() + " is set, but names no node",
                    "Set '" + URL_OF_A_NODE + "' and the like, remove '" + key.text() + "', or set '" + PREFIX
                            + "enabled' to 'false'");
        }
        return WrittenKeys.NODES.isParentOf(key.name())
                ? new Problem(
                        key.name().append("url") + " is not set",
                        "Set '" + key.name().append("url") + "', for example to jdbc:mysql://db1:3306/shop, or remove '"
                                + key.text() + "'")
                : new Problem(
                        key.text() + " is a group of keys, but none is set",
                        "Set '" + exampleIn(key.name()) + "' or the like, or remove '" + key.text() + "'");
    }

    private String exampleIn(ConfigurationPropertyName group) {
        if (group.equals(WrittenKeys.NODES)) {
            return URL_OF_A_NODE;
        }
        if (WrittenKeys.NODES.isParentOf(group)) {
            return group.append("url").toString();
        }
        return known.values(nodes)
                .filter(group::isAncestorOf)
                .findFirst()
                .map(ConfigurationPropertyName::toString)
                .orElse(group + ".<name>");
    }

    private Problem unknown(WrittenKeys.Key key) {
        String name = dottedName(key.name());
        if (name != null) {
            return new Problem(
                    key.text() + " is not known to this version: a dot ends the name of a node",
                    "Write the name of the node in brackets and quotes: \"[" + name + "]\", or rename it");
        }
        ConfigurationPropertyName nearest = known.nearest(key.name());
        return unknown(key.text(), key.text(), nearest == null ? null : nearest.toString());
    }

    private static Problem unknown(String what, String text, @Nullable String nearest) {
        return nearest == null
                ? new Problem(what + " is not known to this version", "Remove '" + text + "', or correct it")
                : new Problem(
                        what + " is not known to this version; did you mean " + nearest + "?",
                        "Write '" + nearest + "' in place of '" + text + "', or remove it");
    }

    /** The name of a node that was meant where a dot, or an underscore of a variable, has cut it; null where none has. */
    private @Nullable String dottedName(ConfigurationPropertyName key) {
        if (!WrittenKeys.NODES.isAncestorOf(key)) {
            return null;
        }
        ConfigurationPropertyName name = key.chop(DEPTH + 1);
        for (int from = DEPTH + 2; from < key.getNumberOfElements(); from++) {
            ConfigurationPropertyName rest = name;
            for (int element = from; element < key.getNumberOfElements(); element++) {
                rest = rest.append(key.subName(element).chop(1));
            }
            if (known.kindOf(rest) == Kind.VALUE) {
                return IntStream.range(DEPTH, from)
                        .mapToObj(element -> key.getElement(element, Form.ORIGINAL))
                        .collect(Collectors.joining("."));
            }
        }
        return null;
    }

    // --- environment variables

    private Set<String> knownVariables() {
        return known.values(nodes)
                .flatMap(key -> WrittenKeys.variables(key).stream())
                .collect(Collectors.toSet());
    }

    private @Nullable Problem ofVariable(WrittenKeys.Key key, Set<String> variables) {
        String variable = key.text().toUpperCase(Locale.ROOT);
        if (variables.contains(variable) || known.kindOf(key.name()) == Kind.VALUE) {
            return null;
        }
        if (known.kindOf(key.name()) == Kind.GROUP) {
            return valueOfGroup(key);
        }
        return unknown("environment variable " + key.text(), key.text(), nearestVariable(key, variable));
    }

    private @Nullable String nearestVariable(WrittenKeys.Key key, String variable) {
        String name = dottedName(key.name());
        if (name != null) {
            return variable.replace(
                    "_" + name.replace('.', '_').toUpperCase(Locale.ROOT) + "_",
                    "_" + name.replace(".", "").toUpperCase(Locale.ROOT) + "_");
        }
        for (ConfigurationPropertyName group : known.open(nodes).toList()) {
            for (String form : WrittenKeys.variables(group)) {
                if (variable.startsWith(form + "_")) {
                    return WrittenKeys.variable(group) + variable.substring(form.length());
                }
            }
        }
        ConfigurationPropertyName nearest = known.nearest(key.name());
        if (nearest != null && known.kindOf(nearest) == Kind.VALUE) {
            return WrittenKeys.variable(nearest);
        }
        String wrong = variable.replace("_", "");
        int atMost = Math.max(1, (wrong.length() - PREFIX.length()) / 4);
        return known.values(nodes)
                .map(WrittenKeys::variable)
                .filter(form -> EditDistance.between(wrong, form.replace("_", "")) <= atMost)
                .min(Comparator.comparingInt(form -> EditDistance.between(wrong, form.replace("_", ""))))
                .orElse(null);
    }

    // --- nodes

    /** Two names in files that Spring Boot takes for one: the keys of one node would go to the other. */
    private List<Problem> twoSpellings() {
        Map<String, String> names = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (WrittenKeys.Key key : written.routing()) {
            if (key.variable() || !WrittenKeys.NODES.isAncestorOf(key.name())) {
                continue;
            }
            ConfigurationPropertyName node = key.name().chop(DEPTH + 1);
            String name = node.getLastElement(Form.ORIGINAL);
            String other = names.putIfAbsent(node.getLastElement(Form.UNIFORM), name);
            if (other != null && !other.equals(name)) {
                problems.add(new Problem(
                        WrittenKeys.NODES + "." + name + " and " + WrittenKeys.NODES + "." + other
                                + " are the same key to Spring Boot, which"
                                + " tells names apart by letters from a to z and digits only",
                        "Rename '" + name + "' or '" + other + "', or spell them alike if they are one node"));
                names.put(node.getLastElement(Form.UNIFORM), name);
            }
        }
        return problems.stream().distinct().toList();
    }

    /** Spring Boot binds {@code [db-1]} and {@code db-1} to two nodes of the same name, each with a part of the keys. */
    private List<Problem> withAndWithoutBrackets() {
        Map<String, ConfigurationPropertyName> names = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (ConfigurationPropertyName node : nodes) {
            ConfigurationPropertyName other = names.putIfAbsent(node.getLastElement(Form.ORIGINAL), node);
            if (other != null) {
                problems.add(
                        new Problem(
                                node + " and " + other + " are two nodes of one name",
                                "Rename one of them, or spell them alike if they are one node: both with brackets, or neither"));
            }
        }
        return problems;
    }

    private List<Problem> nodesElsewhere() {
        boolean begun = !written.routing().isEmpty();
        String consequence = nodes.isEmpty() ? ", and no node is" : "";
        return written.all().stream()
                .filter(key -> !WrittenKeys.ROUTING.isAncestorOf(key.name()))
                .filter(key -> isUrlOfNode(key, begun))
                .map(key -> {
                    int depth = key.name().getNumberOfElements();
                    ConfigurationPropertyName meant = WrittenKeys.NODES
                            .append(key.name().subName(depth - 2).chop(1))
                            .append("url");
                    return new Problem(
                            key.text() + " is not under " + ReplicationRoutingProperties.PREFIX + consequence,
                            "Write '" + (key.variable() ? WrittenKeys.variable(meant) : meant) + "' in place of '"
                                    + key.text() + "', or set '" + PREFIX + "enabled' to 'false'");
                })
                .toList();
    }

    private boolean isUrlOfNode(WrittenKeys.Key key, boolean begun) {
        ConfigurationPropertyName name = key.name();
        int depth = name.getNumberOfElements();
        if (depth < 3
                || !name.getElement(depth - 1, Form.UNIFORM).equals("url")
                || !name.getElement(depth - 3, Form.UNIFORM).matches("nodes?")) {
            return false;
        }
        String before = WrittenKeys.spelling(name, 0, depth - 3);
        boolean meant = nodes.isEmpty()
                ? before.contains("replication") || before.contains("routing") || (before.isEmpty() && begun)
                : isMisspeltPrefix(before.replace(".", ""));
        if (!meant) {
            return false;
        }
        String url = written.resolved(key);
        return JdbcUrls.isSupported(url);
    }

    /** Where there are nodes, others may be of a router that the application makes itself, under a prefix of its own. */
    private static boolean isMisspeltPrefix(String before) {
        String prefix = ReplicationRoutingProperties.PREFIX.replace(".", "");
        return before.equals(prefix)
                || before.equals("spring" + prefix)
                || (!before.startsWith(prefix) && EditDistance.between(before, prefix) <= 2);
    }
}
