package io.github.replicationrouting.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Warns about settings that have no effect. */
final class IgnoredSettingsWarnings {

    private static final Logger logger = LoggerFactory.getLogger(IgnoredSettingsWarnings.class);

    private static final String ROUTING = ReplicationRoutingProperties.PREFIX;

    private static final List<String> DATA_SOURCE_KEYS =
            List.of("spring.datasource.url", "spring.datasource.jndi-name");

    private static final List<String> MIGRATION_KEYS = List.of(
            "spring.flyway.url",
            "spring.flyway.user",
            "spring.liquibase.url",
            "spring.liquibase.user",
            "spring.sql.init.username");

    private final Environment environment;

    IgnoredSettingsWarnings(Environment environment) {
        this.environment = environment;
    }

    /**
     * Warns about settings of a single data source that are set together with nodes.
     *
     * @param jdbcConnectionDetails names of the beans that describe a single database
     */
    void checkWithNodes(String... jdbcConnectionDetails) {
        DATA_SOURCE_KEYS.stream()
                .filter(this::isSet)
                .forEach(key -> warn(key + " is ignored: transactions are routed over the nodes of " + ROUTING));
        for (String bean : jdbcConnectionDetails) {
            warn("the JdbcConnectionDetails bean '" + bean + "' is ignored: " + ROUTING + " has nodes");
        }
        MIGRATION_KEYS.stream()
                .filter(this::isSet)
                .forEach(key -> warn(key + " is ignored: migrations run on the primary through '" + RouterGuard.WRITER
                        + "'. To run them elsewhere or as another user, define a DataSource bean with"
                        + " defaultCandidate = false and @FlywayDataSource or @LiquibaseDataSource"));
    }

    private static void warn(String warning) {
        RouterGuard.warningsOf(logger).accept(warning);
    }

    /** Logs that nothing is routed, and warns about keys that therefore have no effect. */
    void checkWithoutNodes() {
        logger.info("Not routing: {}.nodes is not set; spring.datasource is used", ROUTING);
        String keys = new ConfiguredKeys(environment)
                .routing().stream()
                        .map(ConfiguredKeys.Key::text)
                        .filter(key -> !key.equalsIgnoreCase(ROUTING + ".enabled"))
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", "));
        if (!keys.isEmpty()) {
            logger.warn("{} have no effect: {}.nodes is not set", keys, ROUTING);
        }
    }

    private boolean isSet(String key) {
        // The value may hold a placeholder that cannot be resolved.
        return StringUtils.hasText(
                Binder.get(environment).bind(key, String.class).orElse(null));
    }
}
