package io.github.replicationrouting.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Warns, once at the start, of what the application says in vain. */
final class IgnoredSettings {

    private static final Logger logger = LoggerFactory.getLogger(IgnoredSettings.class);

    private static final String ROUTING = ReplicationRoutingProperties.PREFIX;

    private static final List<String> OF_SPRING = List.of("spring.datasource.url", "spring.datasource.jndi-name");

    private static final List<String> OF_MIGRATIONS = List.of(
            "spring.flyway.url",
            "spring.flyway.user",
            "spring.liquibase.url",
            "spring.liquibase.user",
            "spring.sql.init.username");

    private final Environment environment;

    IgnoredSettings(Environment environment) {
        this.environment = environment;
    }

    /** @param jdbcConnectionDetails names of the beans that lead to a single database */
    void warn(String... jdbcConnectionDetails) {
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
    }

    /** Says that nothing is routed, and which keys have no effect therefore. */
    void withoutNodes() {
        logger.info("Not routing: {}.nodes is not set; spring.datasource is used", ROUTING);
        String keys = new WrittenKeys(environment)
                .routing().stream()
                        .map(WrittenKeys.Key::text)
                        .filter(key -> !key.equalsIgnoreCase(ROUTING + ".enabled"))
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", "));
        if (!keys.isEmpty()) {
            logger.warn("{} have no effect: {}.nodes is not set", keys, ROUTING);
        }
    }

    private boolean isSet(String key) {
        // What is ignored may hold a placeholder that nothing resolves.
        return StringUtils.hasText(
                Binder.get(environment).bind(key, String.class).orElse(null));
    }
}
