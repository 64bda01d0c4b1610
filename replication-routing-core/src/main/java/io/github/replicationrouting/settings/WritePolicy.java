package io.github.replicationrouting.settings;

/**
 * What counts as fit for writes where it is open.
 *
 * @param onMultipleWritable several nodes are writable, and nothing shows which is right
 * @param onIncompletePromotion the node that was promoted lacks something
 */
public record WritePolicy(OnMultipleWritable onMultipleWritable, OnIncompletePromotion onIncompletePromotion) {

    /** The defaults: refuse to guess, but follow a promotion whatever it has lost. */
    public static WritePolicy defaults() {
        return new WritePolicy(OnMultipleWritable.REJECT, OnIncompletePromotion.WARN);
    }
}
