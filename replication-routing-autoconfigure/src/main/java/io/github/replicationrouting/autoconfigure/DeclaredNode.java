package io.github.replicationrouting.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
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

    private static final ConfigurationPropertyName NODES =
            ConfigurationPropertyName.of(ReplicationRoutingProperties.PREFIX).append("nodes");

    /** The nodes of the properties, in their order. Binding tells where the keys of each begin, however it is spelt. */
    static List<DeclaredNode> bind(Environment environment) {
        List<DeclaredNode> nodes = new ArrayList<>();
        BindHandler collect = new AbstractBindHandler() {
            @Override
            public Object onSuccess(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
                if (result instanceof ReplicationRoutingProperties.Node settings) {
                    nodes.add(new DeclaredNode(name.getLastElement(Form.ORIGINAL), name, settings));
                }
                return result;
            }
        };
        Binder.get(environment)
                .bind(NODES, Bindable.mapOf(String.class, ReplicationRoutingProperties.Node.class), collect);
        return nodes;
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
        return JdbcUrls.isMySql(url())
                || JdbcUrls.isMariaDb(url())
                || (!url().isEmpty() && StringUtils.hasText(settings.getDialect()));
    }

    /** How messages call one of its settings: the full key, if it has one. */
    String key(String setting) {
        return keys == null
                ? setting + " of node '" + name + "' of the ReplicationRoutingConnectionDetails bean"
                : keys.append(setting).toString();
    }
}
