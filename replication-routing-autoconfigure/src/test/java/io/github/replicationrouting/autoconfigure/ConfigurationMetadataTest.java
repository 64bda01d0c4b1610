package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepository;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;

/** The metadata is part of the contract: editors and the reference are fed by it. */
class ConfigurationMetadataTest {

    private static final String PREFIX = "replication.routing.";

    private static Map<String, ConfigurationMetadataProperty> properties = Map.of();

    @BeforeAll
    static void read() throws IOException {
        List<URL> all = Collections.list(Thread.currentThread()
                .getContextClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"));
        for (URL url : all) {
            try (InputStream json = url.openStream()) {
                ConfigurationMetadataRepository repository =
                        ConfigurationMetadataRepositoryJsonBuilder.create(json).build();
                Map<String, ConfigurationMetadataProperty> ours = repository.getAllProperties().entrySet().stream()
                        .filter(property -> property.getKey().startsWith(PREFIX))
                        .collect(Collectors.toMap(
                                property -> property.getKey().substring(PREFIX.length()), Map.Entry::getValue));
                if (!ours.isEmpty()) {
                    properties = ours;
                }
            }
        }
    }

    @Test
    void whenAKeyExistsShouldHaveTheDefaultOfTheContract() {
        Map<String, Object> defaults = new TreeMap<>();
        properties.forEach((name, property) -> {
            if (!name.startsWith("hikari.")) {
                defaults.put(name, String.valueOf(property.getDefaultValue()));
            }
        });
        assertThat(defaults)
                .containsOnly(
                        entry("enabled", "true"),
                        entry("topology", "primary-replica"),
                        entry("username", "null"),
                        entry("password", "null"),
                        entry("driver-class-name", "null"),
                        entry("connect-timeout", "2s"),
                        entry("zone", "null"),
                        entry("nodes", "null"),
                        entry("reads.selector", "least-in-flight"),
                        entry("reads.outside-transaction", "primary"),
                        entry("reads.max-lag", "5s"),
                        entry("reads.readmit-lag", "null"),
                        entry("reads.when-none-eligible", "primary"),
                        entry("reads.slow-start", "30s"),
                        entry("reads.max-fallback-concurrency", "null"),
                        entry("reads.retries", "2"),
                        entry("reads.read-committed-in-auto-commit", "false"),
                        entry("writes.hold", "10s"),
                        entry("writes.max-held", "null"),
                        entry("writes.on-multiple-writable", "reject"),
                        entry("writes.on-incomplete-promotion", "warn"),
                        entry("writes.policy", "single"),
                        entry("writes.failback", "false"),
                        entry("writes.allow-divergence", "false"),
                        entry("writes.conflict-retries", "0"),
                        entry("consistency.mode", "session"),
                        entry("consistency.wait", "100ms"),
                        entry("consistency.pin", "null"),
                        entry("consistency.carrier", "http-session"),
                        entry("consistency.signing-key", "null"),
                        entry("monitor.interval", "500ms"),
                        entry("monitor.timeout", "1s"),
                        entry("monitor.failure-threshold", "2"),
                        entry("monitor.lag-probe", "auto"),
                        entry("monitor.username", "null"),
                        entry("monitor.password", "null"),
                        entry("discovery.enabled", "false"),
                        entry("discovery.interval", "30s"),
                        entry("discovery.remove-after", "5m"),
                        entry("discovery.drain-timeout", "30s"));
        assertThat(property("hikari.connection-timeout").getDefaultValue()).isEqualTo(3000);
        assertThat(property("hikari.minimum-idle").getDefaultValue()).isEqualTo(2);
    }

    @Test
    void whenAKeyExistsShouldHaveADescriptionOfOneSentence() {
        assertThat(properties).isNotEmpty().allSatisfy((name, property) -> assertThat(property.getDescription())
                .as(name)
                .isNotNull()
                .matches("[A-Z][^\\n]*[^.]\\.")
                .doesNotContainPattern("\\. [A-Z]"));
    }

    @Test
    void whenAKeyIsDescribedShouldBeginWithANoun() {
        assertThat(properties.values()).isNotEmpty().allSatisfy(property -> assertThat(property.getDescription())
                .as(property.getId())
                .doesNotContainPattern("^(A|The|How|If|What|When|Where|Which|Who|Why) "));
    }

    @Test
    void whenAKeyIsABooleanShouldBeDescribedWithWhether() {
        assertThat(properties.values())
                .filteredOn(property -> "java.lang.Boolean".equals(property.getType()))
                .isNotEmpty()
                .allSatisfy(property -> assertThat(property.getDescription()).startsWith("Whether "));
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfTheMetadata() {
        Map<String, Object> source = new HashMap<>();
        properties.forEach((name, property) -> {
            if (property.getDefaultValue() != null && !name.startsWith("hikari.")) {
                source.put(PREFIX + name, property.getDefaultValue());
            }
        });
        ReplicationRoutingProperties bound = new Binder(new MapConfigurationPropertySource(source))
                .bind("replication.routing", ReplicationRoutingProperties.class)
                .get();
        assertThat(bound).usingRecursiveComparison().isEqualTo(new ReplicationRoutingProperties());
    }

    @Test
    void whenNothingIsSetShouldHaveTheHikariDefaultsOfTheMetadata() {
        StandardEnvironment environment = new StandardEnvironment();
        TestPropertyValues.of(PREFIX + "nodes.db1.url=jdbc:mysql://db1/shop").applyTo(environment);
        HikariConfig inForce = new PoolConfigurations(environment)
                .of(DeclaredNode.bind(environment).get(0), problem -> {
                    throw new AssertionError(problem.description());
                });
        inForce.setJdbcUrl("jdbc:mysql://db1/shop");
        inForce.validate();
        HikariConfig described = new HikariConfig();
        Map<String, Object> source = new HashMap<>();
        properties.forEach((name, property) -> {
            if (name.startsWith("hikari.") && property.getDefaultValue() != null) {
                source.put(name, property.getDefaultValue());
            }
        });
        new Binder(new MapConfigurationPropertySource(source)).bind("hikari", Bindable.ofInstance(described));
        described.setJdbcUrl("jdbc:mysql://db1/shop");
        described.validate();
        assertThat(described)
                .usingRecursiveComparison()
                .ignoringFields("poolName", "initializationFailTimeout", "credentials")
                .isEqualTo(inForce);
    }

    @Test
    void whenAHikariKeyExistsShouldBeAcceptedByHikari() {
        List<String> refused = new ArrayList<>();
        properties.keySet().stream()
                .filter(name -> name.startsWith("hikari."))
                .filter(name -> !name.equals("hikari.data-source-properties"))
                .forEach(name -> {
                    String setter = setter(name.substring("hikari.".length()));
                    boolean known = List.of(HikariConfig.class.getMethods()).stream()
                            .anyMatch(method -> method.getName().equalsIgnoreCase(setter));
                    if (!known) {
                        refused.add(name);
                    }
                });
        assertThat(refused).isEmpty();
        assertThat(properties).containsKeys("hikari.maximum-pool-size", "hikari.data-source-properties");
    }

    @Test
    void whenAKeyExistsShouldBeAcceptedAtTheStart() {
        KnownKeys known = new KnownKeys();
        assertThat(properties.keySet())
                .filteredOn(name -> !name.equals("nodes") && !name.endsWith("-properties"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(known.kindOf(ConfigurationPropertyName.of(PREFIX + name)))
                        .isEqualTo(KnownKeys.Kind.VALUE));
    }

    @Test
    void whenASelectorIsBuiltInShouldBeHinted() {
        assertThat(property("reads.selector").getHints().getValueHints())
                .extracting(hint -> String.valueOf(hint.getValue()))
                .containsExactly("least-in-flight", "least-latency", "round-robin");
    }

    private static ConfigurationMetadataProperty property(String name) {
        return Objects.requireNonNull(properties.get(name), name);
    }

    private static String setter(String key) {
        return "set" + key.replace("-", "");
    }
}
