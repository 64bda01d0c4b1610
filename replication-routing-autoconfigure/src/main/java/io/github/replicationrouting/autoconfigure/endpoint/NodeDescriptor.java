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
 * A node in the endpoint's answers. Neither its URL nor anything of its login is shown.
 *
 * @param role what it is now: {@code primary}, {@code replica}, {@code unknown}
 * @param declaredRole what the configuration promises
 * @param kind {@code server} or {@code endpoint}
 * @param state whether it is used
 * @param reason why it is not, in words; null when it is
 * @param lagMillis staleness bound; null when unknown
 * @param position what it has executed; null when unknown
 * @param inFlight connections that transactions hold or wait for now
 * @param weight its share of reads relative to the other nodes
 * @param zone where it stands; null when not said
 * @param server product and version; null before its first answer
 * @param suspected whether it failed to answer just now
 * @param share the part of its weight that it is given now, at most 1
 * @param semiSynchronous whether the commits of a primary wait for a replica; null where that is not known
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
    "semiSynchronous"
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
        @Nullable Boolean semiSynchronous)
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
                status.semiSynchronous());
    }
}
