package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.topology.IncompletePromotion;
import org.jspecify.annotations.Nullable;

/**
 * A promotion to a node that lacked something of what its predecessor had.
 *
 * @param from name of the primary before
 * @param to name of the node that was promoted
 * @param missing what it lacked, as the server would write it
 * @param transactions how many these are; null where that cannot be told
 * @param rejected whether writes are refused for it
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({"from", "to", "missing", "transactions", "rejected"})
public record PromotionDescriptor(
        String from, String to, String missing, @Nullable Long transactions, boolean rejected) {

    static PromotionDescriptor of(IncompletePromotion promotion) {
        return new PromotionDescriptor(
                promotion.from().name(),
                promotion.to().name(),
                promotion.missing().toString(),
                promotion.transactions().isPresent()
                        ? (Long) promotion.transactions().getAsLong()
                        : null,
                promotion.rejected());
    }
}
