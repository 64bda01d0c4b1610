package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.topology.NodeSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Node as the application declares it.
 *
 * @param name name, unique in a router
 * @param keys prefix of its keys; null for a node from a bean
 * @param settings its properties
 */
record DeclaredNode(String name, @Nullable ConfigurationPropertyName keys, ReplicationRoutingProperties.Node settings) {

    /** Returns the nodes of the properties, in their order, including those that have keys of their pool only. */
    static List<DeclaredNode> bind(Environment environment) {
        Binder binder = Binder.get(environment);
        return new ConfiguredKeys(environment)
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

    /** Returns a node that has nothing but a URL. */
    static DeclaredNode of(String name, String url) {
        ReplicationRoutingProperties.Node settings = new ReplicationRoutingProperties.Node();
        settings.setUrl(url);
        return new DeclaredNode(name, null, settings);
    }

    /** Returns the JDBC URL, empty when none is set. */
    String url() {
        return settings.getUrl() == null ? "" : settings.getUrl().trim();
    }

    /** Returns the specification; only after the node was checked. */
    NodeSpec spec() {
        return new NodeSpec(
                name,
                url(),
                settings.getRole(),
                settings.getKind(),
                settings.getWeight(),
                settings.getZone(),
                settings.getPriority());
    }

    /** Returns whether the URL or the declared dialect shows the kind of server. */
    boolean hasDialect() {
        return JdbcUrls.isSupported(url()) || (!url().isEmpty() && StringUtils.hasText(settings.getDialect()));
    }

    /** Returns the name of a setting in messages: the full key, if it has one. */
    String key(String setting) {
        return keys == null
                ? setting + " of node '" + name + "' of the ReplicationRoutingConnectionDetails bean"
                : keys.append(setting).toString();
    }
}
