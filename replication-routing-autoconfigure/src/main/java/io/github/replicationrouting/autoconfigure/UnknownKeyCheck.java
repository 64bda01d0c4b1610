package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.autoconfigure.KnownKeys.Kind;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Reports keys below {@code replication.routing} that Spring Boot's binding would silently ignore. With a misspelt key,
 * a node can be lost, and with it the primary.
 */
final class UnknownKeyCheck {

    private static final String PREFIX = ReplicationRoutingProperties.PREFIX + ".";
    private static final String EXAMPLE_URL_KEY = PREFIX + "nodes.db1.url";
    private static final int DEPTH = ConfiguredKeys.NODES.getNumberOfElements();

    /** Part of a key between dots; text in brackets is literal. */
    private static final Pattern PART = Pattern.compile("(?:\\[[^]]*]|[^.\\[])+");

    private static final Pattern IN_BRACKETS = Pattern.compile("\\[[^]]*]");
    private static final Pattern DROPPED_CHARACTER = Pattern.compile("[^A-Za-z0-9_.-]");

    private final ConfiguredKeys configured;
    private final KnownKeys known = new KnownKeys();
    private final Collection<ConfigurationPropertyName> nodes;

    UnknownKeyCheck(ConfiguredKeys configured) {
        this.configured = configured;
        this.nodes = configured.nodes();
    }

    void check(Consumer<Problem> problems) {
        Map<String, ConfiguredKeys.Key> distinct = new LinkedHashMap<>();
        configured.routing().forEach(key -> distinct.put(key.variable() + key.text(), key));
        Set<String> variables = knownVariables();
        for (ConfiguredKeys.Key key : distinct.values()) {
            Problem problem = key.variable() ? ofVariable(key, variables) : ofKey(key);
            if (problem != null) {
                problems.accept(problem);
            }
        }
    }

    private @Nullable Problem ofKey(ConfiguredKeys.Key key) {
        String plain = IN_BRACKETS.matcher(key.text()).replaceAll("");
        if (DROPPED_CHARACTER.matcher(plain).find()) {
            return droppedCharacters(key);
        }
        return switch (known.kindOf(key.name())) {
            case VALUE -> null;
            case GROUP -> valueOfGroup(key);
            case UNKNOWN -> unknown(key);
        };
    }

    private static Problem droppedCharacters(ConfiguredKeys.Key key) {
        List<String> parts = partsOf(key.text());
        String wrong = parts.stream()
                .filter(part -> DROPPED_CHARACTER
                        .matcher(IN_BRACKETS.matcher(part).replaceAll(""))
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

    private @Nullable Problem valueOfGroup(ConfiguredKeys.Key key) {
        Object given = key.value();
        String value = given == null ? "" : given.toString();
        if (!value.isBlank()) {
            return new Problem(
                    key.text() + " has a value, but is a group of keys",
                    "Set '" + exampleIn(key.name()) + "' instead, or remove it");
        }
        boolean used =
                configured.routing().stream().anyMatch(other -> key.name().isAncestorOf(other.name()));
        if (used) {
            return null;
        }
        if (key.name().equals(ConfiguredKeys.NODES)) {
            return new Problem(
                    key.text() + " is set, but names no node",
                    "Set '" + EXAMPLE_URL_KEY + "' or similar keys, remove '" + key.text() + "', or set '" + PREFIX
                            + "enabled' to 'false'");
        }
        return ConfiguredKeys.NODES.isParentOf(key.name())
                ? new Problem(
                        key.name().append("url") + " is not set",
                        "Set '" + key.name().append("url") + "', for example to jdbc:mysql://db1:3306/shop, or remove '"
                                + key.text() + "'")
                : new Problem(
                        key.text() + " is a group of keys, but none is set",
                        "Set a key such as '" + exampleIn(key.name()) + "', or remove '" + key.text() + "'");
    }

    private String exampleIn(ConfigurationPropertyName group) {
        if (group.equals(ConfiguredKeys.NODES)) {
            return EXAMPLE_URL_KEY;
        }
        if (ConfiguredKeys.NODES.isParentOf(group)) {
            return group.append("url").toString();
        }
        return known.values(nodes)
                .filter(group::isAncestorOf)
                .findFirst()
                .map(ConfigurationPropertyName::toString)
                .orElse(group + ".<name>");
    }

    private Problem unknown(ConfiguredKeys.Key key) {
        String name = dottedName(key.name());
        if (name != null) {
            return new Problem(
                    key.text() + " is not known to this version: a dot ends the name of a node",
                    "Write the name of the node in brackets and quotes: \"[" + name + "]\", or rename it");
        }
        ConfigurationPropertyName group = known.groupAbove(key.name());
        return unknown(
                key.text(), key.text(), "the keys of '" + group + "': " + String.join(", ", known.keysIn(group)));
    }

    private static Problem unknown(String subject, String key, String alternatives) {
        return new Problem(
                subject + " is not known to this version", "Remove '" + key + "', or use one of " + alternatives);
    }

    /** Returns the intended name of a node that a dot, or an underscore of a variable, has split; null for none. */
    private @Nullable String dottedName(ConfigurationPropertyName key) {
        if (!ConfiguredKeys.NODES.isAncestorOf(key)) {
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

    private Set<String> knownVariables() {
        return known.values(nodes)
                .flatMap(key -> ConfiguredKeys.variables(key).stream())
                .collect(Collectors.toSet());
    }

    private @Nullable Problem ofVariable(ConfiguredKeys.Key key, Set<String> variables) {
        String variable = key.text().toUpperCase(Locale.ROOT);
        if (variables.contains(variable) || known.kindOf(key.name()) == Kind.VALUE) {
            return null;
        }
        if (known.kindOf(key.name()) == Kind.GROUP) {
            return valueOfGroup(key);
        }
        return unknown("environment variable " + key.text(), key.text(), alternatives(key, variable));
    }

    private String alternatives(ConfiguredKeys.Key key, String variable) {
        String name = dottedName(key.name());
        if (name != null) {
            return "the variables of the node without '_' in its name, for example "
                    + variable.replace(
                            "_" + name.replace('.', '_').toUpperCase(Locale.ROOT) + "_",
                            "_" + name.replace(".", "").toUpperCase(Locale.ROOT) + "_");
        }
        for (ConfigurationPropertyName group : known.openGroups(nodes).toList()) {
            for (String form : ConfiguredKeys.variables(group)) {
                if (variable.startsWith(form + "_")) {
                    return "the variables that begin with " + ConfiguredKeys.variable(group) + "_, for example "
                            + ConfiguredKeys.variable(group) + variable.substring(form.length());
                }
            }
        }
        ConfigurationPropertyName group = known.groupAbove(key.name());
        String prefix = ConfiguredKeys.variable(group) + "_";
        return "these variables: "
                + known.keysIn(group).stream()
                        .map(each ->
                                prefix + each.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT))
                        .collect(Collectors.joining(", "));
    }
}
