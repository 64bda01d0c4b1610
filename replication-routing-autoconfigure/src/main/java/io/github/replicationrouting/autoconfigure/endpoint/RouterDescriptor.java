package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The router in the responses of the endpoint.
 *
 * @param topology {@code primary-replica} or {@code multi-primary}
 * @param primary name of the node that accepts writes; null when there is none
 * @param writable whether there is such a node
 * @param nodes all nodes by name, in the order of the configuration
 * @param reason why no node accepts writes; absent when one does
 * @param incompletePromotion transactions that the primary lacked when it was promoted; absent when none are known
 * @param explanation the decision that the router would make; absent unless requested
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({"topology", "primary", "writable", "nodes", "reason", "incompletePromotion", "explanation"})
public record RouterDescriptor(
        String topology,
        @Nullable String primary,
        boolean writable,
        Map<String, NodeDescriptor> nodes,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PromotionDescriptor incompletePromotion,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ExplanationDescriptor explanation)
        implements OperationResponseBody {

    static RouterDescriptor of(
            String topology,
            TopologySnapshot snapshot,
            @Nullable IncompletePromotion incomplete,
            @Nullable ExplanationDescriptor explanation) {
        NodeStatus primary = snapshot.primary();
        Map<String, NodeDescriptor> nodes = new LinkedHashMap<>();
        snapshot.nodes().forEach(node -> nodes.put(node.name(), NodeDescriptor.of(node)));
        return new RouterDescriptor(
                topology,
                primary == null ? null : primary.name(),
                primary != null,
                nodes,
                snapshot.noPrimaryReason(),
                incomplete == null ? null : PromotionDescriptor.of(incomplete),
                explanation);
    }
}
