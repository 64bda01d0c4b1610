package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.routing.Explanation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the router would do with an intent.
 *
 * @param intent what was asked about, for example {@code read}
 * @param node whom it would choose; null where it would refuse
 * @param reason why that one, in the word that metrics and traces use
 * @param refusal why it would refuse; null where it would not
 * @param nodes for each node {@code eligible}, or why not
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
                explanation.intent().access().label(),
                decision == null ? null : decision.node().name(),
                decision == null ? null : decision.reason().label(),
                explanation.refusal(),
                nodes);
    }
}
