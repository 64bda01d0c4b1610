package io.github.replicationrouting.topology;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.position.PositionFormat;
import java.util.OptionalLong;

/**
 * A node was promoted without everything that its predecessor had. What the predecessor did after it was last looked at
 * nobody saw, so that more may be missing.
 *
 * @param from the primary before
 * @param to the node that was promoted
 * @param missing what it lacks, as the server would write it
 * @param transactions how many these are, where the kind of position can tell
 * @param rejected whether writes are refused for it
 */
public record IncompletePromotion(Node from, Node to, Position missing, OptionalLong transactions, boolean rejected) {

    /** In words, for people. */
    public String describe() {
        return "promoted without " + (transactions.isPresent() ? transactions.getAsLong() + " transactions" : "some")
                + " that " + from + " had: " + PositionFormat.of(missing);
    }
}
