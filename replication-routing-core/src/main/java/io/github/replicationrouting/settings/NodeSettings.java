package io.github.replicationrouting.settings;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one node: what it is, and how to connect to it.
 *
 * @param spec the node as declared
 * @param pool configuration of its pool: limits, user and password or credentials provider, driver class, driver
 *     properties; its URL is not used. Unless its initialization-fail timeout is negative, the router cannot be created
 *     while the node is down
 * @param dialect dialect of the server; null to detect it by the server's version
 * @param connectTimeout time limit for a TCP connection and the handshake, unless the URL sets one
 * @param monitorCredentials account of the probes; null for the pool's own
 */
public record NodeSettings(
        NodeSpec spec,
        HikariConfig pool,
        @Nullable ReplicationDialect dialect,
        Duration connectTimeout,
        @Nullable Credentials monitorCredentials) {

    /** @throws InvalidSettingsException when the time limit is not positive */
    public NodeSettings {
        new ValueCheck().positive("connect-timeout", connectTimeout).throwIfAny();
    }

    /** Returns the default settings for a node and its pool. */
    public static NodeSettings defaults(NodeSpec spec, HikariConfig pool) {
        return new NodeSettings(spec, pool, null, Duration.ofSeconds(2), null);
    }
}
