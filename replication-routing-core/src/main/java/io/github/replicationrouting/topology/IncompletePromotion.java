package io.github.replicationrouting.topology;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.position.PositionFormat;
import java.util.OptionalLong;

/**
 * A promotion of a node that lacks something of what its predecessor had. More may be missing: what the predecessor
 * committed after its last probe is not known.
 *
 * @param from the primary before
 * @param to the node that was promoted
 * @param missing what it lacks
 * @param transactions number of missing transactions, where the kind of position shows it
 * @param rejected whether writes are refused for it
 */
public record IncompletePromotion(Node from, Node to, Position missing, OptionalLong transactions, boolean rejected) {

    /** Returns a description for logs and reasons. */
    public String describe() {
        return "promoted without " + (transactions.isPresent() ? transactions.getAsLong() + " transactions" : "some")
                + " that " + from + " had: " + PositionFormat.of(missing);
    }
}
