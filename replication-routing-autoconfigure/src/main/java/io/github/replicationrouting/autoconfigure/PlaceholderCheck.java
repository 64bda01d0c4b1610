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

/** Finds placeholders that nothing resolves: binding leaves them as they are, and a server is looked for by their name. */
final class PlaceholderCheck {

    private static final ConfigurationPropertyName SPRING = ConfigurationPropertyName.of("spring.datasource");

    /** What nodes inherit. */
    private static final List<ConfigurationPropertyName> INHERITED = Stream.of(
                    "username", "password", NodePools.DRIVER, NodePools.HIKARI)
            .map(SPRING::append)
            .toList();

    /** What a bean that names the nodes replaces. */
    private static final List<ConfigurationPropertyName> OF_THE_BEAN = Stream.of("username", "password", "nodes")
            .map(WrittenKeys.ROUTING::append)
            .toList();

    private final Environment environment;
    private final boolean nodesOfBean;

    /** @param nodesOfBean whether a bean names the nodes */
    PlaceholderCheck(Environment environment, boolean nodesOfBean) {
        this.environment = environment;
        this.nodesOfBean = nodesOfBean;
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

    private boolean isUsed(ConfigurationPropertyName name) {
        if (WrittenKeys.ROUTING.isAncestorOf(name)) {
            return !(nodesOfBean && isIn(OF_THE_BEAN, name));
        }
        if (!isIn(INHERITED, name) || isLeftOut(name)) {
            return false;
        }
        ConfigurationPropertyName over = WrittenKeys.ROUTING.append(name.subName(SPRING.getNumberOfElements()));
        return valueOf(over) == null && !(nodesOfBean && isIn(OF_THE_BEAN, over));
    }

    /** What the router decides itself, and does not inherit. */
    private static boolean isLeftOut(ConfigurationPropertyName name) {
        String setting = name.getLastElement(Form.UNIFORM);
        return SPRING.append(NodePools.HIKARI).isParentOf(name)
                && NodePools.HikariKeys.isOfTheRouter(setting)
                && !name.equals(SPRING.append(NodePools.HIKARI).append(NodePools.DRIVER));
    }

    private static boolean isIn(List<ConfigurationPropertyName> groups, ConfigurationPropertyName name) {
        return groups.stream().anyMatch(group -> group.equals(name) || group.isAncestorOf(name));
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
