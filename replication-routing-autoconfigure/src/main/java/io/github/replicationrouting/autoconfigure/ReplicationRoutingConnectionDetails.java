package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.topology.DeclaredRole;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Details of the nodes of a replicated database that come from a test cluster or a service broker. A bean of this type
 * replaces {@code replication.routing.nodes}; all other properties still apply.
 */
public interface ReplicationRoutingConnectionDetails extends ConnectionDetails {

    /** Returns the nodes, at least one, with unique names. */
    List<Node> nodes();

    /**
     * One node.
     *
     * @param name name in logs and metrics
     * @param url JDBC URL
     * @param role role that the node always has, or {@link DeclaredRole#AUTO}
     * @param username login username; null for the configured one
     * @param password login password; null for the configured one
     */
    record Node(
            String name,
            String url,
            DeclaredRole role,
            @Nullable String username,
            @Nullable String password) {

        /** Creates a node whose role is observed. */
        public Node(String name, String url, @Nullable String username, @Nullable String password) {
            this(name, url, DeclaredRole.AUTO, username, password);
        }

        /** Returns the name alone, because the rest may hold secrets. */
        @Override
        public String toString() {
            return name;
        }
    }
}
