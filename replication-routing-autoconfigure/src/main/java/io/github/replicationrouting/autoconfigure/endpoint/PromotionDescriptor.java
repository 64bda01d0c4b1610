package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.topology.IncompletePromotion;
import org.jspecify.annotations.Nullable;

/**
 * A promotion to a node that lacked transactions of the previous primary, in the responses of the endpoint.
 *
 * @param from name of the previous primary
 * @param to name of the promoted node
 * @param missing the missing transactions, in the notation of the server
 * @param transactions number of missing transactions; null when not known
 * @param rejected whether writes are refused because of it
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
