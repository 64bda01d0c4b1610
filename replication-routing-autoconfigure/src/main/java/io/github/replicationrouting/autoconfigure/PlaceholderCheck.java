package io.github.replicationrouting.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.util.PlaceholderResolutionException;

/** Reports placeholders that cannot be resolved; binding would leave them as they are, for example as a host name. */
final class PlaceholderCheck {

    private static final ConfigurationPropertyName SPRING = ConfigurationPropertyName.of("spring.datasource");

    /** Keys that nodes inherit. */
    private static final List<ConfigurationPropertyName> INHERITED = Stream.of(
                    "username", "password", PoolConfigurations.DRIVER, PoolConfigurations.HIKARI)
            .map(SPRING::append)
            .toList();

    /** Keys that a bean with the nodes replaces. */
    private static final List<ConfigurationPropertyName> REPLACED_BY_BEAN = Stream.of("username", "password", "nodes")
            .map(ConfiguredKeys.ROUTING::append)
            .toList();

    private final Environment environment;
    private final boolean nodesFromBean;

    /** @param nodesFromBean whether the nodes come from a bean */
    PlaceholderCheck(Environment environment, boolean nodesFromBean) {
        this.environment = environment;
        this.nodesFromBean = nodesFromBean;
    }

    /** @param problems receives the description and the action of each problem */
    void check(BiConsumer<String, String> problems) {
        Map<ConfigurationPropertyName, String> keys = new LinkedHashMap<>();
        new ConfiguredKeys(environment)
                .all().stream().filter(key -> isUsed(key.name())).forEach(key -> keys.put(key.name(), key.text()));
        keys.forEach((name, text) -> {
            String unresolved = unresolved(valueOf(name));
            if (unresolved != null) {
                // A secret may hold characters that only look like a placeholder.
                String placeholder = isSecret(name) ? "a placeholder" : "the placeholder ${" + unresolved + "}";
                problems.accept(
                        placeholder + " in " + text + " is not resolved",
                        "Set " + (isSecret(name) ? "what it names" : "'" + unresolved + "'")
                                + " in the environment or a property source, give it a default (${NAME:default}), or"
                                + " escape it as \\${");
            }
        });
    }

    private boolean isUsed(ConfigurationPropertyName name) {
        if (ConfiguredKeys.ROUTING.isAncestorOf(name)) {
            return !(nodesFromBean && isIn(REPLACED_BY_BEAN, name));
        }
        if (!isIn(INHERITED, name) || isSetByRouter(name)) {
            return false;
        }
        ConfigurationPropertyName over = ConfiguredKeys.ROUTING.append(name.subName(SPRING.getNumberOfElements()));
        return valueOf(over) == null && !(nodesFromBean && isIn(REPLACED_BY_BEAN, over));
    }

    /** Such a key is not inherited. */
    private static boolean isSetByRouter(ConfigurationPropertyName name) {
        String setting = name.getLastElement(Form.UNIFORM);
        return SPRING.append(PoolConfigurations.HIKARI).isParentOf(name)
                && PoolConfigurations.HikariKeys.isSetByRouter(setting)
                && !name.equals(SPRING.append(PoolConfigurations.HIKARI).append(PoolConfigurations.DRIVER));
    }

    private static boolean isIn(List<ConfigurationPropertyName> groups, ConfigurationPropertyName name) {
        return groups.stream().anyMatch(group -> group.equals(name) || group.isAncestorOf(name));
    }

    private static boolean isSecret(ConfigurationPropertyName name) {
        String key = ConfiguredKeys.uniform(name);
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
