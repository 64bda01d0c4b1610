package io.github.replicationrouting.autoconfigure.observation;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import net.ttddyy.observation.tracing.QueryContext;
import org.jspecify.annotations.Nullable;

/**
 * {@link ObservationFilter} that adds to each observed JDBC query the node that served it, the node's role and the
 * reason of the decision. Queries of other data sources carry the same keys with the value {@code none}, because
 * registries require meters of one name to have the same keys.
 */
final class RoutingObservationFilter implements ObservationFilter {

    static final String NODE = "replication.routing.node";
    static final String ROLE = "replication.routing.role";
    static final String REASON = "replication.routing.reason";

    private static final KeyValues NOT_ROUTED = KeyValues.of(NODE, "none", ROLE, "none", REASON, "none");

    private final Supplier<@Nullable ReplicationRouting> routing;

    RoutingObservationFilter(Supplier<@Nullable ReplicationRouting> routing) {
        this.routing = routing;
    }

    @Override
    public Observation.Context map(Observation.Context context) {
        if (context instanceof QueryContext query) {
            context.addLowCardinalityKeyValues(keyValues(query));
        }
        return context;
    }

    private KeyValues keyValues(QueryContext query) {
        Decision decision = query.getExecutionInfo() == null
                ? null
                : decisionOf(query.getExecutionInfo().getStatement());
        return decision == null
                ? NOT_ROUTED
                : KeyValues.of(
                        NODE,
                        decision.node().name(),
                        ROLE,
                        Labels.of(roleOf(decision)),
                        REASON,
                        decision.reason().label());
    }

    /** Returns the decision for the statement's connection, which answers without a call to the server. */
    private static @Nullable Decision decisionOf(@Nullable Statement statement) {
        try {
            Connection connection = statement == null ? null : statement.getConnection();
            return connection instanceof RoutedConnection routed ? routed.lastDecision() : null;
        } catch (SQLException e) {
            return null;
        }
    }

    private Role roleOf(Decision decision) {
        ReplicationRouting router = routing.get();
        NodeStatus node =
                router == null ? null : router.snapshot().node(decision.node().name());
        return node == null ? Role.UNKNOWN : node.role();
    }
}
