package io.github.replicationrouting.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.util.PlaceholderResolutionException;

/** Finds placeholders that nothing resolves: binding leaves them as they are, and a server is looked for by their name. */
final class PlaceholderCheck {

    /** What nodes inherit. */
    private static final List<ConfigurationPropertyName> INHERITED = Stream.of(
                    "username", "password", NodePools.DRIVER, NodePools.HIKARI)
            .map(ConfigurationPropertyName.of("spring.datasource")::append)
            .toList();

    private final Environment environment;

    PlaceholderCheck(Environment environment) {
        this.environment = environment;
    }

    /** @param problems told which placeholder of which key, and the cure */
    void check(BiConsumer<String, String> problems) {
        Map<ConfigurationPropertyName, String> keys = new LinkedHashMap<>();
        new WrittenKeys(environment)
                .all().stream().filter(key -> isUsed(key.name())).forEach(key -> keys.put(key.name(), key.text()));
        keys.forEach((name, text) -> {
            String unresolved = unresolved(valueOf(name));
            if (unresolved != null) {
                // A secret may hold what only looks like a placeholder.
                String placeholder = isSecret(name) ? "a placeholder" : "the placeholder ${" + unresolved + "}";
                problems.accept(
                        placeholder + " in " + text + " is not resolved",
                        "Set " + (isSecret(name) ? "what it names" : "'" + unresolved + "'")
                                + " in the environment or a property source, give it a default (${NAME:default}), or write \\${ for the characters themselves");
            }
        });
    }

    private static boolean isUsed(ConfigurationPropertyName name) {
        return WrittenKeys.ROUTING.isAncestorOf(name)
                || INHERITED.stream().anyMatch(inherited -> inherited.equals(name) || inherited.isAncestorOf(name));
    }

    private static boolean isSecret(ConfigurationPropertyName name) {
        String key = WrittenKeys.spelling(name);
        return key.endsWith("password") || key.endsWith("key") || key.endsWith("username");
    }

    private @Nullable Object valueOf(ConfigurationPropertyName name) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property.getValue();
            }
        }
        return null;
    }

    private @Nullable String unresolved(@Nullable Object value) {
        if (!(value instanceof CharSequence text) || !text.toString().contains("${")) {
            return null;
        }
        try {
            environment.resolveRequiredPlaceholders(text.toString());
            return null;
        } catch (PlaceholderResolutionException e) {
            return e.getPlaceholder();
        }
    }
}
