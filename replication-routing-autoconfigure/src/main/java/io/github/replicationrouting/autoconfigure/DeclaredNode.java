package io.github.replicationrouting.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
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

    static DeclaredNode of(String name, ReplicationRoutingProperties.Node settings) {
        boolean plain = ConfigurationPropertyName.isValid(name) && !name.contains(".");
        return new DeclaredNode(name, NODES.append(plain ? name : "[" + name + "]"), settings);
    }

    static DeclaredNode of(ReplicationRoutingConnectionDetails.Node node) {
        ReplicationRoutingProperties.Node settings = new ReplicationRoutingProperties.Node();
        settings.setUrl(node.url());
        settings.setRole(node.role());
        settings.setUsername(node.username());
        settings.setPassword(node.password());
        return new DeclaredNode(node.name(), null, settings);
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
