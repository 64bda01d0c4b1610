package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.topology.NodeState;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;

/** Tests that the documented reference, the configuration metadata and the code agree. */
class ReferenceTest {

    private static final Path CONFIGURATION = Path.of("..", "docs", "configuration.md");
    private static final String PREFIX = "replication.routing.";
    private static final String NODE = "nodes.<name>.";
    private static final Pattern ROW = Pattern.compile("^\\|([^|]*)\\|([^|]*)\\|[^|]*\\|$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @Test
    void whenAKeyExistsShouldBeDocumentedWithItsDefault() throws IOException {
        Map<String, String> documented = documentedDefaults();

        existingDefaults().forEach((key, value) -> {
            assertThat(documented).containsKey(key);
            if (value != null) {
                assertThat(documented.get(key)).as(key).isEqualTo("`" + value + "`");
            } else {
                assertThat(documented.get(key))
                        .as("text in place of a default of " + key)
                        .isNotBlank();
            }
        });
    }

    @Test
    void whenAKeyIsDocumentedShouldExist() throws IOException {
        assertThat(existingDefaults())
                .containsKeys(documentedDefaults().keySet().toArray(String[]::new));
    }

    /** Actuator generates the keys of the cache for every endpoint. */
    @Test
    void whenAKeyOfTheActuatorExistsShouldBeDocumented() throws IOException {
        StringBuilder documents = new StringBuilder();
        try (Stream<Path> pages = Files.list(CONFIGURATION.resolveSibling("."))) {
            for (Path page : pages.filter(Files::isRegularFile).toList()) {
                documents.append(Files.readString(page));
            }
        }

        assertThat(metadata())
                .extracting(ConfigurationMetadataProperty::getId)
                .filteredOn(key -> key.startsWith("management.") && !key.contains(".cache."))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(documents).contains(key));
    }

    @Test
    void whenADecisionHasAReasonShouldBeDocumented() throws IOException {
        String operations = Files.readString(Path.of("..", "docs", "operations.md"));

        assertThat(DecisionReason.values())
                .allSatisfy(reason -> assertThat(operations).contains("\n| `" + reason.label() + "` |"));
    }

    @Test
    void whenANodeHasAStateShouldBeDocumented() throws IOException {
        String operations = Files.readString(Path.of("..", "docs", "operations.md"));

        assertThat(NodeState.values())
                .allSatisfy(state -> assertThat(operations).contains("`" + Labels.of(state) + "`"));
    }

    /** Returns the documented defaults by key, relative to the prefix, from all tables of keys. */
    private static Map<String, String> documentedDefaults() throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        boolean keys = false;
        for (String line : Files.readAllLines(CONFIGURATION)) {
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                keys = false;
            } else if (row.group(1).trim().equals("key")) {
                keys = row.group(2).trim().equals("default");
            } else if (keys) {
                CODE.matcher(row.group(1)).results().map(key -> key.group(1)).forEach(key -> assertThat(
                                defaults.put(key, row.group(2).trim()))
                        .as("documented twice: " + key)
                        .isNull());
            }
        }
        assertThat(defaults).isNotEmpty();
        return defaults;
    }

    /** Returns the defaults of the keys that exist; null for keys without one. HikariCP's keys are those of a group. */
    private static Map<String, @Nullable String> existingDefaults() throws IOException {
        Map<String, @Nullable String> defaults = new TreeMap<>();
        metadata().stream()
                .filter(property -> property.getId().startsWith(PREFIX))
                .forEach(property ->
                        defaults.put(property.getId().substring(PREFIX.length()), text(property.getDefaultValue())));
        defaults.keySet().removeIf(key -> key.equals("nodes") || key.startsWith("hikari."));
        defaults.put("hikari.*", null);
        BeanWrapper node = new BeanWrapperImpl(new ReplicationRoutingProperties.Node());
        for (String key : new KnownKeys().keysIn(ConfiguredKeys.NODES.append("db1"))) {
            defaults.put(NODE + key, key.endsWith("*") ? null : text(node.getPropertyValue(camelCase(key))));
        }
        return defaults;
    }

    /** Returns the properties that this project adds. */
    private static List<ConfigurationMetadataProperty> metadata() throws IOException {
        List<ConfigurationMetadataProperty> properties = new ArrayList<>();
        for (URL url : Collections.list(Thread.currentThread()
                .getContextClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream json = url.openStream()) {
                ConfigurationMetadataRepositoryJsonBuilder.create(json).build().getAllProperties().values().stream()
                        .filter(property -> property.getId().startsWith(PREFIX)
                                || property.getId().contains(".replicationrouting."))
                        .forEach(properties::add);
            }
        }
        return properties;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof Enum<?> constant ? Labels.of(constant) : value == null ? null : value.toString();
    }

    private static String camelCase(String key) {
        return Pattern.compile("-(.)").matcher(key).replaceAll(letter -> letter.group(1)
                .toUpperCase(Locale.ROOT));
    }
}
