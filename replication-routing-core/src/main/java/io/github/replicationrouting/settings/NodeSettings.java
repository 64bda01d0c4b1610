package io.github.replicationrouting.settings;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One node and how to connect to it.
 *
 * @param spec the node as declared
 * @param pool its pool: limits, user and password or credentials provider, driver class, driver properties; its URL is
 *     not used
 * @param dialect what the server speaks, null to tell by its version
 * @param connectTimeout limit for a TCP connection and the handshake, unless the URL sets one
 * @param monitorCredentials the account of the probes, null for the pool's own
 */
public record NodeSettings(
        NodeSpec spec,
        HikariConfig pool,
        @Nullable ReplicationDialect dialect,
        Duration connectTimeout,
        @Nullable Credentials monitorCredentials) {}
