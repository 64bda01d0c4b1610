package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A node in the responses of the endpoint. Contains neither its URL nor its credentials.
 *
 * @param role observed role: {@code primary}, {@code replica} or {@code unknown}
 * @param declaredRole role that the configuration declares
 * @param kind {@code server} or {@code endpoint}
 * @param state state of the node, such as {@code online}
 * @param reason why the node is not used; null when it is
 * @param lagMillis staleness bound in milliseconds; null when unknown
 * @param position position that the node has executed; null when unknown
 * @param inFlight number of connections that transactions hold or wait for
 * @param weight share of reads relative to the other nodes
 * @param zone zone of the node; null when none is configured
 * @param server product and version of the server; null before its first answer
 * @param suspected whether the node has failed to answer and is not yet confirmed to be down
 * @param share part of the weight that applies now, at most 1
 * @param semiSynchronous whether commits on this primary wait for a replica; null when not known
 * @param member what the server reports of its group; null when it is in none
 * @param conflicts number of transactions and statements that the node has rolled back because of a conflict, since the
 *     start of the application
 * @param priority preference as the node that takes all writes
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({
    "role",
    "declaredRole",
    "kind",
    "state",
    "reason",
    "lagMillis",
    "position",
    "inFlight",
    "weight",
    "zone",
    "server",
    "suspected",
    "share",
    "semiSynchronous",
    "member",
    "conflicts",
    "priority"
})
public record NodeDescriptor(
        String role,
        String declaredRole,
        String kind,
        String state,
        @Nullable String reason,
        @Nullable Long lagMillis,
        @Nullable String position,
        int inFlight,
        int weight,
        @Nullable String zone,
        @Nullable String server,
        boolean suspected,
        double share,
        @Nullable Boolean semiSynchronous,
        @Nullable MemberDescriptor member,
        long conflicts,
        int priority)
        implements OperationResponseBody {

    static NodeDescriptor of(NodeStatus status) {
        NodeSpec spec = status.node().spec();
        Duration lag = status.lag();
        return new NodeDescriptor(
                Labels.of(status.role()),
                Labels.of(spec.declaredRole()),
                Labels.of(spec.kind()),
                Labels.of(status.state()),
                status.reason(),
                lag == null ? null : (Long) lag.toMillis(),
                status.position() == null ? null : status.position().toString(),
                status.node().inFlight(),
                spec.weight(),
                spec.zone(),
                status.server(),
                status.suspected(),
                status.share(),
                status.semiSynchronous(),
                status.member() == null ? null : MemberDescriptor.of(status.member()),
                status.node().conflicts(),
                spec.priority());
    }
}
