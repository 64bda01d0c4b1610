package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import java.beans.PropertyDescriptor;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Keys below {@code replication.routing} that exist, taken from the classes that they are bound to. {@link
 * ConfiguredKeys} are the keys that are set, and {@link UnknownKeyCheck} reports the difference.
 */
final class KnownKeys {

    enum Kind {
        VALUE,
        /** Has keys below it, and no value of its own. */
        GROUP,
        UNKNOWN
    }

    private static final int DEPTH = ConfiguredKeys.ROUTING.getNumberOfElements();

    private final Schema router = new Schema(ReplicationRoutingProperties.class);
    private final Schema node = new Schema(ReplicationRoutingProperties.Node.class);

    Kind kindOf(ConfigurationPropertyName key) {
        int depth = key.getNumberOfElements();
        if (!isOfNode(key)) {
            return router.kindOf(ConfiguredKeys.uniform(key, DEPTH, depth));
        }
        return depth <= DEPTH + 2 ? Kind.GROUP : node.kindOf(ConfiguredKeys.uniform(key, DEPTH + 2, depth));
    }

    private static boolean isOfNode(ConfigurationPropertyName key) {
        return key.equals(ConfiguredKeys.NODES) || ConfiguredKeys.NODES.isAncestorOf(key);
    }

    /** Returns the innermost existing group above an unknown key. */
    ConfigurationPropertyName groupAbove(ConfigurationPropertyName key) {
        ConfigurationPropertyName group = key.getParent();
        while (!group.equals(ConfiguredKeys.ROUTING) && kindOf(group) != Kind.GROUP) {
            group = group.getParent();
        }
        return group;
    }

    /** Returns the keys of a group, relative to it; {@code .*} ends the key of another group. */
    List<String> keysIn(ConfigurationPropertyName group) {
        int depth = group.getNumberOfElements();
        return isOfNode(group)
                ? node.keysIn(ConfiguredKeys.uniform(group, DEPTH + 2, depth))
                : router.keysIn(ConfiguredKeys.uniform(group, DEPTH, depth));
    }

    /** Returns all keys that have a value, except those below groups that accept any key. */
    Stream<ConfigurationPropertyName> values(Collection<ConfigurationPropertyName> nodes) {
        return Stream.concat(
                router.values(ConfiguredKeys.ROUTING), nodes.stream().flatMap(node::values));
    }

    /** Returns all groups that accept any key. */
    Stream<ConfigurationPropertyName> openGroups(Collection<ConfigurationPropertyName> nodes) {
        return Stream.concat(
                router.openGroups(ConfiguredKeys.ROUTING), nodes.stream().flatMap(node::openGroups));
    }

    /** Returns the keys of the router that hold a duration. */
    Stream<ConfigurationPropertyName> durations() {
        return router.durations.stream().map(ConfiguredKeys.ROUTING::append);
    }

    /** Keys of one class, and of HikariCP's configuration below {@code hikari}, by their uniform form. */
    private static final class Schema {

        private final Map<String, String> values = new TreeMap<>();
        private final Map<String, String> groups = new TreeMap<>();
        private final Set<String> openGroups = new HashSet<>();
        private final Set<String> durations = new TreeSet<>();

        Schema(Class<?> type) {
            addAll("", type);
            String hikari = PoolConfigurations.HIKARI;
            groups.put(hikari, hikari);
            for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(HikariConfig.class)) {
                if (property.getWriteMethod() != null
                        && !PoolConfigurations.HikariKeys.isSetByRouter(property.getName())) {
                    add(hikari + ".", property);
                }
            }
            String driver = hikari + "." + PoolConfigurations.DRIVER;
            values.put(uniform(driver), driver);
        }

        private void addAll(String prefix, Class<?> type) {
            for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
                if (!property.getName().equals("class")) {
                    add(prefix, property);
                }
            }
        }

        private void add(String prefix, PropertyDescriptor property) {
            String key = prefix + dashed(property.getName());
            Class<?> type = property.getPropertyType();
            if (Properties.class.isAssignableFrom(type)) {
                groups.put(uniform(key), key);
                openGroups.add(uniform(key));
            } else if (Map.class.isAssignableFrom(type)) {
                groups.put(uniform(key), key);
            } else if (type.getEnclosingClass() == ReplicationRoutingProperties.class && !type.isEnum()) {
                groups.put(uniform(key), key);
                addAll(key + ".", type);
            } else {
                values.put(uniform(key), key);
                if (type == Duration.class) {
                    durations.add(key);
                }
            }
        }

        Kind kindOf(String uniform) {
            // An open group may also be set as one text.
            boolean isOpen =
                    openGroups.stream().anyMatch(group -> uniform.equals(group) || uniform.startsWith(group + "."));
            if (values.containsKey(uniform) || isOpen) {
                return Kind.VALUE;
            }
            return uniform.isEmpty() || groups.containsKey(uniform) ? Kind.GROUP : Kind.UNKNOWN;
        }

        List<String> keysIn(String group) {
            String prefix = group.isEmpty() ? "" : group + ".";
            return Stream.concat(
                            values.entrySet().stream().filter(key -> isIn(prefix, key.getKey())),
                            groups.entrySet().stream()
                                    .filter(key -> isIn(prefix, key.getKey()))
                                    .map(key -> Map.entry(
                                            key.getKey(),
                                            key.getValue() + (key.getKey().equals("nodes") ? ".<name>.*" : ".*"))))
                    .map(key -> prefix.isEmpty()
                            ? key.getValue()
                            : key.getValue().substring(key.getValue().indexOf('.') + 1))
                    .sorted()
                    .toList();
        }

        private static boolean isIn(String prefix, String uniform) {
            return uniform.startsWith(prefix) && uniform.indexOf('.', prefix.length()) < 0;
        }

        Stream<ConfigurationPropertyName> values(ConfigurationPropertyName parent) {
            return values.values().stream().map(parent::append);
        }

        Stream<ConfigurationPropertyName> openGroups(ConfigurationPropertyName parent) {
            return openGroups.stream().map(groups::get).map(parent::append);
        }

        private static String uniform(String key) {
            return key.replace("-", "").toLowerCase(Locale.ROOT);
        }

        private static String dashed(String property) {
            return property.chars()
                    .mapToObj(character -> Character.isUpperCase(character)
                            ? "-" + Character.toString(Character.toLowerCase(character))
                            : Character.toString(character))
                    .collect(Collectors.joining());
        }
    }
}
