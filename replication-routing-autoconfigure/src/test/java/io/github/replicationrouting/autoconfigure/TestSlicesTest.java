package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.autoconfigure.endpoint.ReplicationRoutingEndpoint;
import io.github.replicationrouting.autoconfigure.endpoint.ReplicationRoutingEndpointAutoConfiguration;
import io.github.replicationrouting.autoconfigure.info.ReplicationRoutingInfoContributorAutoConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.test.autoconfigure.TestDatabaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;

class TestSlicesTest {

    private static final String IMPORTS = "classpath*:META-INF/spring/*.imports";
    private static final String AUTO_CONFIGURATION = "org.springframework.boot.autoconfigure.AutoConfiguration.imports";

    /** Whichever slice loads Spring Boot's data source must load the routing one, or it would test another. */
    @Test
    void whenASliceLoadsADataSourceShouldLoadTheRoutingOne() throws IOException {
        Set<String> withBoots = new LinkedHashSet<>();
        Set<String> withOurs = new LinkedHashSet<>();
        for (Resource imports : new PathMatchingResourcePatternResolver().getResources(IMPORTS)) {
            List<String> classes = lines(imports);
            String name = String.valueOf(imports.getFilename());
            if (!name.equals(AUTO_CONFIGURATION) && classes.contains(DataSourceAutoConfiguration.class.getName())) {
                withBoots.add(name);
            }
            if (!name.equals(AUTO_CONFIGURATION)
                    && classes.contains(ReplicationRoutingAutoConfiguration.class.getName())) {
                withOurs.add(name);
            }
        }
        assertThat(withOurs).hasSizeGreaterThanOrEqualTo(4).containsExactlyInAnyOrderElementsOf(withBoots);
    }

    @Test
    void whenAnImportIsListedShouldExist() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Resource imports : new PathMatchingResourcePatternResolver().getResources(IMPORTS)) {
            for (String line : lines(imports)) {
                if (line.startsWith("io.github.replicationrouting.")
                        && getClass().getClassLoader().getResource(line.replace('.', '/') + ".class") == null) {
                    missing.add(line);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private final ApplicationContextRunner slice = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReplicationRoutingAutoConfiguration.class,
                    TestDatabaseAutoConfiguration.class,
                    DataSourceAutoConfiguration.class))
            .withPropertyValues(ClosedPorts.NODES);

    @Test
    void whenTheTestKeepsItsDatabaseShouldRoute() {
        slice.withPropertyValues("spring.test.database.replace=NONE")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(RoutingDataSource.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANY", "NON_TEST", "AUTO_CONFIGURED"})
    void whenTheTestReplacesTheDatabaseShouldConnectToNoNode(String replace) {
        slice.withPropertyValues("spring.test.database.replace=" + replace).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(ReplicationRouting.class);
            assertThat(context.getBean(DataSource.class)).isInstanceOf(EmbeddedDatabase.class);
        });
    }

    @Test
    void whenTheTestReplacesTheDatabaseShouldRunMigrationsOnIt() {
        slice.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .run(context -> assertThat(context).getBean(Flyway.class).satisfies(flyway -> assertThat(
                                flyway.getConfiguration().getDataSource())
                        .isSameAs(context.getBean(DataSource.class))));
    }

    @Test
    void whenTheTestReplacesTheDatabaseShouldRunScriptsOnIt() {
        slice.withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingScriptsAutoConfiguration.class,
                        DataSourceInitializationAutoConfiguration.class))
                .withPropertyValues("spring.sql.init.schema-locations=classpath:test-slice.sql")
                .run(context -> assertThat(new JdbcTemplate(context.getBean(DataSource.class))
                                .queryForObject("SELECT COUNT(*) FROM made_by_a_script", Integer.class))
                        .isZero());
    }

    @Test
    void whenTheTestReplacesTheDatabaseShouldRemoveTheEndpoint() {
        slice.withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingEndpointAutoConfiguration.class,
                        ReplicationRoutingInfoContributorAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ReplicationRoutingEndpoint.class)
                        .doesNotHaveBean("replicationRoutingInfoContributor"));
    }

    private static List<String> lines(Resource resource) throws IOException {
        try (InputStream in = URI.create(resource.getURI().toString()).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
