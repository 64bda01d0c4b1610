package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.topology.DeclaredRole;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * The nodes of a replicated database, found rather than configured: a test cluster, a service broker. A bean of this
 * type takes the place of {@code replication.routing.nodes}; every other property still applies.
 */
public interface ReplicationRoutingConnectionDetails extends ConnectionDetails {

    /** The nodes, at least one, with names unique among them. */
    List<Node> nodes();

    /**
     * One node.
     *
     * @param name name in logs and metrics
     * @param url JDBC URL
     * @param role what is promised about its role
     * @param username login user, or null for the configured one
     * @param password login password, or null for the configured one
     */
    record Node(
            String name,
            String url,
            DeclaredRole role,
            @Nullable String username,
            @Nullable String password) {

        /** A node whose role is observed. */
        public Node(String name, String url, @Nullable String username, @Nullable String password) {
            this(name, url, DeclaredRole.AUTO, username, password);
        }

        /** Shows neither user nor password nor URL parameters. */
        @Override
        public String toString() {
            return name;
        }
    }
}
