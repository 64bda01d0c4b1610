package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.Explanation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decision that the router would make now, in the responses of the endpoint.
 *
 * @param intent the intent of the decision, for example {@code read}
 * @param node name of the node that would be chosen; null when the intent would be refused
 * @param reason label of the decision's reason, as in metrics and traces; null when the intent would be refused
 * @param refusal why the intent would be refused; null when a node would be chosen
 * @param nodes for each node {@code eligible}, or why it is not
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({"intent", "node", "reason", "refusal", "nodes"})
public record ExplanationDescriptor(
        String intent,
        @Nullable String node,
        @Nullable String reason,
        @Nullable String refusal,
        Map<String, String> nodes) {

    static ExplanationDescriptor of(Explanation explanation) {
        Decision decision = explanation.decision();
        Map<String, String> nodes = new LinkedHashMap<>();
        explanation.candidates().forEach(candidate -> nodes.put(candidate.node().name(), candidate.description()));
        return new ExplanationDescriptor(
                explanation.access().label(),
                decision == null ? null : decision.node().name(),
                decision == null ? null : decision.reason().label(),
                explanation.refusal(),
                nodes);
    }
}
