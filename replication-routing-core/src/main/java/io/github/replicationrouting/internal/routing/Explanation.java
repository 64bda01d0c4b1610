package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.topology.Node;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the router makes of an intent now, and why. Nothing is sent to any server.
 *
 * @param intent what is asked for
 * @param candidates every node, in the order of the configuration
 * @param decision whom it would choose; where several are eligible, one draw of the selector. Null where it refuses
 * @param refusal why it refuses, in the words of the exception; null where it does not
 */
public record Explanation(
        Intent intent,
        List<Candidate> candidates,
        @Nullable Decision decision,
        @Nullable String refusal) {

    /**
     * One node.
     *
     * @param eligible whether it is among those that are chosen from first
     * @param words {@code eligible}, or why not
     */
    public record Candidate(Node node, boolean eligible, String words) {}

    public Explanation {
        candidates = List.copyOf(candidates);
    }

    @Override
    public String toString() {
        String outcome = decision == null
                ? "refused"
                : decision.node() + " (" + decision.reason().label() + ")";
        return intent.access().label() + " -> " + outcome + "; "
                + candidates.stream()
                        .map(candidate -> candidate.node() + ": " + candidate.words())
                        .collect(Collectors.joining("; "));
    }
}
