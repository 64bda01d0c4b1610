package io.github.replicationrouting.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * A node as the application declares it.
 *
 * @param name name, unique in a router
 * @param keys where its own keys begin; null for a node that comes from a bean
 * @param settings what is said about it
 */
record DeclaredNode(String name, @Nullable ConfigurationPropertyName keys, ReplicationRoutingProperties.Node settings) {

    /** The nodes of the properties, in their order, also those of which nothing but a setting of their pool is said. */
    static List<DeclaredNode> bind(Environment environment) {
        Binder binder = Binder.get(environment);
        return new WrittenKeys(environment)
                .nodes().stream()
                        .map(keys -> new DeclaredNode(
                                keys.getLastElement(Form.ORIGINAL),
                                keys,
                                binder.bind(keys, Bindable.of(ReplicationRoutingProperties.Node.class))
                                        .orElseGet(ReplicationRoutingProperties.Node::new)))
                        .toList();
    }

    static DeclaredNode of(ReplicationRoutingConnectionDetails.Node node) {
        ReplicationRoutingProperties.Node settings = new ReplicationRoutingProperties.Node();
        settings.setUrl(node.url());
        settings.setRole(node.role());
        settings.setUsername(node.username());
        settings.setPassword(node.password());
        return new DeclaredNode(node.name(), null, settings);
    }

    /** A node of which nothing but its URL is known. */
    static DeclaredNode of(String name, String url) {
        ReplicationRoutingProperties.Node settings = new ReplicationRoutingProperties.Node();
        settings.setUrl(url);
        return new DeclaredNode(name, null, settings);
    }

    /** The JDBC URL, empty where none is set. */
    String url() {
        return settings.getUrl() == null ? "" : settings.getUrl().trim();
    }

    /** Whether the URL or the named dialect tells what kind of server this is. */
    boolean hasDialect() {
        return JdbcUrls.isSupported(url()) || (!url().isEmpty() && StringUtils.hasText(settings.getDialect()));
    }

    /** How messages call one of its settings: the full key, if it has one. */
    String key(String setting) {
        return keys == null
                ? setting + " of node '" + name + "' of the ReplicationRoutingConnectionDetails bean"
                : keys.append(setting).toString();
    }
}
