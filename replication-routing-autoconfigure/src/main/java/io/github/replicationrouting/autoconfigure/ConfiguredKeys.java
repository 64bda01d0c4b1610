package io.github.replicationrouting.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.PlaceholderResolutionException;

/** Keys that are set, in all property sources that can list theirs; binding shows only the keys that it knows. */
final class ConfiguredKeys {

    static final ConfigurationPropertyName ROUTING = ConfigurationPropertyName.of(ReplicationRoutingProperties.PREFIX);

    static final ConfigurationPropertyName NODES = ROUTING.append("nodes");

    private static final int NODE_DEPTH = NODES.getNumberOfElements() + 1;

    /**
     * One key of one source.
     *
     * @param name name that Spring Boot reads it as
     * @param text the key as it is written
     * @param variable whether it is an environment variable
     * @param source its source, from which a value is read only when needed: others may be available later, or never
     */
    record Key(ConfigurationPropertyName name, String text, boolean variable, EnumerablePropertySource<?> source) {

        /** Returns its value in this source, as it is written. */
        @Nullable
        Object value() {
            return source.getProperty(text);
        }
    }

    /** Variables that Kubernetes sets for a service whose name begins like ours. */
    private static final Pattern OF_KUBERNETES = Pattern.compile("REPLICATION_ROUTING_(?!NODES_)(?:.*_)?"
            + "(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT|PORT_\\d+_(?:TCP|UDP|SCTP)(?:_.*)?)");

    private final Environment environment;

    /**
     * In the order of the sources, overridden ones first. Sources without an order of their own come last, with sorted
     * keys: system properties, the command line, environment variables, an application's default properties.
     */
    private final List<Key> keys;

    ConfiguredKeys(Environment environment) {
        this.environment = environment;
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(sources::add);
        Collections.reverse(sources);
        sources.sort(Comparator.comparing(ConfiguredKeys::isUnordered));
        this.keys = sources.stream()
                .map(ConfiguredKeys::keysOf)
                .flatMap(List::stream)
                .toList();
    }

    private static boolean isUnordered(ConfigurationPropertySource source) {
        Object underlying = source.getUnderlyingSource();
        return underlying instanceof SystemEnvironmentPropertySource
                || underlying instanceof PropertiesPropertySource
                || underlying instanceof CommandLinePropertySource
                || underlying instanceof DefaultPropertiesPropertySource;
    }

    private static List<Key> keysOf(ConfigurationPropertySource source) {
        if (!(source instanceof IterableConfigurationPropertySource iterable)
                || !(source.getUnderlyingSource() instanceof EnumerablePropertySource<?> underlying)) {
            return List.of();
        }
        String[] names = underlying.getPropertyNames();
        if (underlying instanceof SystemEnvironmentPropertySource) {
            return variables(iterable, underlying, names);
        }
        if (isUnordered(source)) {
            names = names.clone();
            Arrays.sort(names);
        }
        return Arrays.stream(names)
                .map(text -> new Key(ConfigurationPropertyName.adapt(text, '.'), text, false, underlying))
                .toList();
    }

    private static List<Key> variables(
            IterableConfigurationPropertySource source, EnumerablePropertySource<?> underlying, String[] names) {
        Map<String, String> written = new HashMap<>();
        for (String name : names) {
            written.put(name.toUpperCase(Locale.ROOT), name);
        }
        return source.stream()
                .map(name -> {
                    String variable = variable(name);
                    String text = written.getOrDefault(variable, variable);
                    return new Key(name, text, true, underlying);
                })
                .filter(key -> !OF_KUBERNETES
                        .matcher(key.text().toUpperCase(Locale.ROOT))
                        .matches())
                .sorted((a, b) -> a.text().compareTo(b.text()))
                .toList();
    }

    /** Returns all keys. */
    List<Key> all() {
        return keys;
    }

    /** Returns the value of a key, with its placeholders resolved as far as possible; empty when there is none. */
    String resolved(Key key) {
        Object value = key.value();
        try {
            return value == null
                    ? ""
                    : environment.resolvePlaceholders(value.toString()).trim();
        } catch (PlaceholderResolutionException e) {
            return "";
        }
    }

    /** Returns the keys below {@code replication.routing}. */
    List<Key> routing() {
        return keys.stream().filter(key -> ROUTING.isAncestorOf(key.name())).toList();
    }

    /**
     * Returns the prefix of the keys of each node, in the order of the files. A source that overrides a part of a node,
     * such as an environment variable, does not change the order.
     */
    List<ConfigurationPropertyName> nodes() {
        Map<String, ConfigurationPropertyName> nodes = new LinkedHashMap<>();
        nodeKeys(key -> !key.variable())
                .forEach(key -> nodes.putIfAbsent(
                        uniform(key.name().chop(NODE_DEPTH)), key.name().chop(NODE_DEPTH)));
        Set<String> split = nodes.values().stream()
                .map(node -> variables(node).stream().map(variable -> variable + "_"))
                .flatMap(forms -> forms)
                .collect(Collectors.toSet());
        nodeKeys(Key::variable).stream()
                .filter(key -> split.stream().noneMatch(variable(key.name())::startsWith))
                .forEach(key -> nodes.putIfAbsent(
                        uniform(key.name().chop(NODE_DEPTH)), key.name().chop(NODE_DEPTH)));
        return List.copyOf(nodes.values());
    }

    private List<Key> nodeKeys(Predicate<Key> which) {
        return keys.stream()
                .filter(key -> NODES.isAncestorOf(key.name()))
                .filter(which)
                .toList();
    }

    /** Returns the form that all spellings of a key have in common. */
    static String uniform(ConfigurationPropertyName key) {
        return uniform(key, 0, key.getNumberOfElements());
    }

    static String uniform(ConfigurationPropertyName key, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(element -> key.getElement(element, Form.UNIFORM))
                .collect(Collectors.joining("."));
    }

    /** Returns the environment variable that Spring Boot recommends for a key. */
    static String variable(ConfigurationPropertyName key) {
        return variable(key, Form.UNIFORM);
    }

    /** Returns all environment variables that Spring Boot reads as a key. */
    static Set<String> variables(ConfigurationPropertyName key) {
        return new LinkedHashSet<>(List.of(variable(key), variable(key, Form.DASHED), variable(key, Form.ORIGINAL)));
    }

    private static String variable(ConfigurationPropertyName key, Form form) {
        return IntStream.range(0, key.getNumberOfElements())
                .mapToObj(element -> key.getElement(element, form).replace('-', '_'))
                .collect(Collectors.joining("_"))
                .toUpperCase(Locale.ROOT);
    }
}
