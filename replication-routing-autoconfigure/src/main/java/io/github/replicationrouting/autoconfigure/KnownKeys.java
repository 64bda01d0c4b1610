package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import java.beans.PropertyDescriptor;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/** The keys below {@code replication.routing} that this version knows, taken from the classes that they are bound to. */
final class KnownKeys {

    enum Kind {
        VALUE,
        /** Has keys below it, and no value of its own. */
        GROUP,
        UNKNOWN
    }

    private static final int DEPTH = WrittenKeys.ROUTING.getNumberOfElements();

    private final Scheme router = new Scheme(ReplicationRoutingProperties.class);
    private final Scheme node = new Scheme(ReplicationRoutingProperties.Node.class);

    Kind kindOf(ConfigurationPropertyName key) {
        int depth = key.getNumberOfElements();
        if (!ofNode(key)) {
            return router.kindOf(WrittenKeys.spelling(key, DEPTH, depth));
        }
        return depth <= DEPTH + 2 ? Kind.GROUP : node.kindOf(WrittenKeys.spelling(key, DEPTH + 2, depth));
    }

    private static boolean ofNode(ConfigurationPropertyName key) {
        return key.equals(WrittenKeys.NODES) || WrittenKeys.NODES.isAncestorOf(key);
    }

    /** The known key that an unknown one resembles, or the group in which it should be; null where there is none. */
    @Nullable
    ConfigurationPropertyName nearest(ConfigurationPropertyName key) {
        boolean ofNode = ofNode(key);
        Scheme scheme = ofNode ? node : router;
        int from = ofNode ? DEPTH + 2 : DEPTH;
        int depth = from + 1;
        while (depth < key.getNumberOfElements()
                && scheme.kindOf(WrittenKeys.spelling(key, from, depth)) == Kind.GROUP) {
            depth++;
        }
        ConfigurationPropertyName parent = key.chop(depth - 1);
        if (scheme.kindOf(WrittenKeys.spelling(key, from, depth)) == Kind.VALUE) {
            return key.chop(depth);
        }
        String sibling =
                scheme.nearest(WrittenKeys.spelling(key, from, depth - 1), key.getElement(depth - 1, Form.DASHED));
        if (sibling == null
                && !ofNode
                && depth == DEPTH + 1
                && key.getLastElement(Form.UNIFORM).equals("url")) {
            sibling = "nodes";
        }
        if (sibling == null) {
            return null;
        }
        ConfigurationPropertyName near = parent.append(sibling);
        ConfigurationPropertyName whole = near;
        for (int element = depth; element < key.getNumberOfElements(); element++) {
            whole = whole.append(key.subName(element).chop(1));
        }
        return kindOf(whole) == Kind.VALUE ? whole : near;
    }

    /** All keys that have a value, but for those below groups that take any key. */
    Stream<ConfigurationPropertyName> values(Collection<ConfigurationPropertyName> nodes) {
        return Stream.concat(router.values(WrittenKeys.ROUTING), nodes.stream().flatMap(node::values));
    }

    /** All keys of the router that hold a duration. */
    Stream<ConfigurationPropertyName> durations() {
        return router.durations.stream().map(WrittenKeys.ROUTING::append);
    }

    /** All groups that take any key. */
    Stream<ConfigurationPropertyName> open(Collection<ConfigurationPropertyName> nodes) {
        return Stream.concat(router.open(WrittenKeys.ROUTING), nodes.stream().flatMap(node::open));
    }

    /** The keys of one class and of HikariCP's, by their uniform spelling. */
    private static final class Scheme {

        private final Map<String, String> values = new TreeMap<>();
        private final Map<String, String> groups = new TreeMap<>();
        private final Set<String> open = new HashSet<>();
        private final Set<String> durations = new TreeSet<>();

        Scheme(Class<?> type) {
            addAll("", type);
            String hikari = NodePools.HIKARI;
            groups.put(hikari, hikari);
            for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(HikariConfig.class)) {
                if (property.getWriteMethod() != null && !NodePools.HikariKeys.isOfTheRouter(property.getName())) {
                    add(hikari + ".", property);
                }
            }
            values.put(spelling(hikari + "." + NodePools.DRIVER), hikari + "." + NodePools.DRIVER);
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
                groups.put(spelling(key), key);
                open.add(spelling(key));
            } else if (Map.class.isAssignableFrom(type)) {
                groups.put(spelling(key), key);
            } else if (type.getEnclosingClass() == ReplicationRoutingProperties.class && !type.isEnum()) {
                groups.put(spelling(key), key);
                addAll(key + ".", type);
            } else {
                values.put(spelling(key), key);
                if (type == Duration.class) {
                    durations.add(key);
                }
            }
        }

        Kind kindOf(String spelling) {
            // Properties may also be one text.
            boolean isOpen =
                    open.stream().anyMatch(group -> spelling.equals(group) || spelling.startsWith(group + "."));
            if (values.containsKey(spelling) || isOpen) {
                return Kind.VALUE;
            }
            return spelling.isEmpty() || groups.containsKey(spelling) ? Kind.GROUP : Kind.UNKNOWN;
        }

        /** The key of a group that resembles a wrong one. */
        @Nullable
        String nearest(String group, String wrong) {
            String prefix = group.isEmpty() ? "" : group + ".";
            int atMost = Math.max(1, wrong.length() / 3);
            return Stream.concat(values.entrySet().stream(), groups.entrySet().stream())
                    .filter(known ->
                            known.getKey().startsWith(prefix) && known.getKey().indexOf('.', prefix.length()) < 0)
                    .map(known -> known.getValue().substring(known.getValue().lastIndexOf('.') + 1))
                    .filter(known -> EditDistance.between(wrong, known) <= atMost)
                    .min(Comparator.comparingInt(known -> EditDistance.between(wrong, known)))
                    .orElse(null);
        }

        Stream<ConfigurationPropertyName> values(ConfigurationPropertyName parent) {
            return values.values().stream().map(parent::append);
        }

        Stream<ConfigurationPropertyName> open(ConfigurationPropertyName parent) {
            return open.stream().map(groups::get).map(parent::append);
        }

        private static String spelling(String key) {
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
