package io.github.replicationrouting.settings;

/** Handling of writes when a promoted node lacks commits that were observed on its predecessor. */
public enum OnIncompletePromotion {
    /** Log a warning, and write to the promoted node. */
    WARN,
    /**
     * Refuse writes until the node has caught up, its predecessor is the primary again, or an operator accepts the
     * loss.
     */
    REJECT
}
