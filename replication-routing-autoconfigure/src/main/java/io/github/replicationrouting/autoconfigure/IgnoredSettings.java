package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreErrorsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Warns, once at the start, of what the application says in vain. */
final class IgnoredSettings {

    private static final Logger logger = LoggerFactory.getLogger(IgnoredSettings.class);

    private static final ConfigurationPropertyName ROUTING =
            ConfigurationPropertyName.of(ReplicationRoutingProperties.PREFIX);

    private static final List<String> OF_SPRING = List.of("spring.datasource.url", "spring.datasource.jndi-name");

    private static final List<String> OF_MIGRATIONS = List.of(
            "spring.flyway.url",
            "spring.flyway.user",
            "spring.liquibase.url",
            "spring.liquibase.user",
            "spring.sql.init.username");

    private final Environment environment;
    private final Binder binder;

    IgnoredSettings(Environment environment) {
        this.environment = environment;
        this.binder = Binder.get(environment);
    }

    /**
     * @param nodes the nodes of the router
     * @param jdbcConnectionDetails names of the beans that lead to a single database
     */
    void warn(List<DeclaredNode> nodes, String... jdbcConnectionDetails) {
        OF_SPRING.stream()
                .filter(this::isSet)
                .forEach(key ->
                        logger.warn("{} is ignored: transactions are routed over the nodes of {}", key, ROUTING));
        for (String bean : jdbcConnectionDetails) {
            logger.warn("the JdbcConnectionDetails bean '{}' is ignored: {} has nodes", bean, ROUTING);
        }
        OF_MIGRATIONS.stream()
                .filter(this::isSet)
                .forEach(key -> logger.warn(
                        "{} is ignored: migrations run on the primary through '{}'. To run them elsewhere or as another"
                                + " user, define a DataSource bean with defaultCandidate = false and @FlywayDataSource or"
                                + " @LiquibaseDataSource",
                        key,
                        RouterGuard.WRITER));
        warnOfUnknownKeys(nodes);
    }

    private void warnOfUnknownKeys(List<DeclaredNode> nodes) {
        Map<String, ConfigurationPropertyName> known = knownKeys(nodes);
        for (ConfigurationPropertyName key : keysInUse().values()) {
            if (!known.containsKey(spelling(key))) {
                ConfigurationPropertyName nearest = nearest(key, known.values());
                logger.warn(
                        "{} is not known to this version and has no effect{}",
                        key,
                        nearest == null ? "" : "; did you mean " + nearest + "?");
            }
        }
    }

    /** The one spelling that all spellings of a key have in common. */
    private static String spelling(ConfigurationPropertyName key) {
        return IntStream.range(0, key.getNumberOfElements())
                .mapToObj(element -> key.getElement(element, Form.UNIFORM))
                .collect(Collectors.joining("."));
    }

    private boolean isSet(String key) {
        return StringUtils.hasText(environment.getProperty(key));
    }

    /** Every key that binding asks for, with its parents. */
    private Map<String, ConfigurationPropertyName> knownKeys(List<DeclaredNode> nodes) {
        Map<String, ConfigurationPropertyName> known = new HashMap<>();
        binder.bind(
                ROUTING,
                Bindable.of(ReplicationRoutingProperties.class),
                new Noting(known, new IgnoreErrorsBindHandler()));
        Set<ConfigurationPropertyName> layers = new LinkedHashSet<>(Set.of(ROUTING));
        nodes.stream().map(DeclaredNode::keys).filter(Objects::nonNull).forEach(layers::add);
        for (ConfigurationPropertyName layer : layers) {
            ConfigurationPropertyName hikari = layer.append(NodePools.HIKARI);
            binder.bind(
                    hikari,
                    Bindable.ofInstance(new HikariConfig()),
                    new Noting(known, new IgnoreErrorsBindHandler(new NodePools.HikariKeys(hikari))));
            add(hikari, known);
            add(hikari.append(NodePools.DRIVER), known);
        }
        return known;
    }

    private static void add(ConfigurationPropertyName key, Map<String, ConfigurationPropertyName> keys) {
        keys.putIfAbsent(spelling(key), key);
    }

    private Map<String, ConfigurationPropertyName> keysInUse() {
        Map<String, ConfigurationPropertyName> keys = new TreeMap<>();
        UnboundElementsSourceFilter filter = new UnboundElementsSourceFilter();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable && filter.apply(source)) {
                iterable.stream().filter(ROUTING::isAncestorOf).forEach(key -> add(key, keys));
            }
        }
        return keys;
    }

    /** The known key beside the first element that is not known, if it is close. */
    private static @Nullable ConfigurationPropertyName nearest(
            ConfigurationPropertyName key, Collection<ConfigurationPropertyName> known) {
        Set<String> spellings = known.stream().map(IgnoredSettings::spelling).collect(Collectors.toSet());
        int depth = ROUTING.getNumberOfElements() + 1;
        while (depth < key.getNumberOfElements() && spellings.contains(spelling(key.chop(depth)))) {
            depth++;
        }
        String wrong = key.getElement(depth - 1, Form.DASHED);
        ConfigurationPropertyName parent = key.chop(depth - 1);
        int atMost = Math.max(1, wrong.length() / 3);
        return known.stream()
                .filter(parent::isParentOf)
                .filter(candidate -> distance(wrong, candidate.getLastElement(Form.DASHED)) <= atMost)
                .min(Comparator.comparingInt(candidate -> distance(wrong, candidate.getLastElement(Form.DASHED))))
                .orElse(null);
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /** Notes what is asked for. */
    private static final class Noting extends AbstractBindHandler {

        private final Map<String, ConfigurationPropertyName> names;

        Noting(Map<String, ConfigurationPropertyName> names, IgnoreErrorsBindHandler parent) {
            super(parent);
            this.names = names;
        }

        @Override
        public <T> @Nullable Bindable<T> onStart(
                ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
            Bindable<T> bindable = super.onStart(name, target, context);
            if (bindable != null) {
                add(name, names);
            }
            return bindable;
        }
    }
}
