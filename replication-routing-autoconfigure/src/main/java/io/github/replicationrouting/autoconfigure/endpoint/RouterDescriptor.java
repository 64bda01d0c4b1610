package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The router in the responses of the endpoint.
 *
 * @param topology {@code primary-replica} or {@code multi-primary}
 * @param primary name of the node that accepts all writes; null when none does, or several accept some
 * @param writable whether a node accepts writes
 * @param nodes all nodes by name, in the order of the configuration
 * @param policy way in which the node of a write is chosen, such as {@code single}; null where the primary takes all
 * @param writers names of the nodes that accept writes
 * @param group the group in which the nodes are used; null when they are in none
 * @param reason why no node accepts writes; absent when one does
 * @param incompletePromotion transactions that the primary lacked when it was promoted; absent when none are known
 * @param explanation the decision that the router would make; absent unless requested
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({
    "topology",
    "primary",
    "writable",
    "nodes",
    "policy",
    "writers",
    "group",
    "reason",
    "incompletePromotion",
    "explanation"
})
public record RouterDescriptor(
        String topology,
        @Nullable String primary,
        boolean writable,
        Map<String, NodeDescriptor> nodes,
        @Nullable String policy,
        List<String> writers,
        @Nullable GroupDescriptor group,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PromotionDescriptor incompletePromotion,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ExplanationDescriptor explanation)
        implements OperationResponseBody {

    static RouterDescriptor of(
            String topology,
            @Nullable String policy,
            TopologySnapshot snapshot,
            @Nullable IncompletePromotion incomplete,
            @Nullable ExplanationDescriptor explanation) {
        NodeStatus primary = snapshot.primary();
        Map<String, NodeDescriptor> nodes = new LinkedHashMap<>();
        snapshot.nodes().forEach(node -> nodes.put(node.name(), NodeDescriptor.of(node)));
        return new RouterDescriptor(
                topology,
                primary == null ? null : primary.name(),
                snapshot.isWritable(),
                nodes,
                policy,
                snapshot.writers().stream().map(NodeStatus::name).toList(),
                snapshot.group() == null ? null : GroupDescriptor.of(snapshot.group()),
                snapshot.noPrimaryReason(),
                incomplete == null ? null : PromotionDescriptor.of(incomplete),
                explanation);
    }
}
