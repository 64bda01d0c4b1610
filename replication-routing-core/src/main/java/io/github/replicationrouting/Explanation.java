package io.github.replicationrouting;

import io.github.replicationrouting.topology.Node;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the router would decide at one moment, and why. Immutable.
 *
 * @param access how the statement accesses the data
 * @param candidates every node, in the order of the configuration
 * @param decision the node that would be chosen; if several are eligible, one draw of the selector. Null if the
 *     statement would be refused
 * @param refusal the message of the exception that would be thrown, null if a node would be chosen
 */
public record Explanation(
        Access access,
        List<Candidate> candidates,
        @Nullable Decision decision,
        @Nullable String refusal) {

    /**
     * The eligibility of one node.
     *
     * @param node the node
     * @param eligible whether it belongs to the nodes among which the selector chooses first
     * @param description {@code eligible}, or the reason why it is not
     */
    public record Candidate(Node node, boolean eligible, String description) {}

    public Explanation {
        candidates = List.copyOf(candidates);
    }

    @Override
    public String toString() {
        String outcome = decision == null
                ? "refused"
                : decision.node() + " (" + decision.reason().label() + ")";
        return access.label() + " -> " + outcome + "; "
                + candidates.stream()
                        .map(candidate -> candidate.node() + ": " + candidate.description())
                        .collect(Collectors.joining("; "));
    }
}
