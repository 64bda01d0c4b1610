package io.github.replicationrouting.settings;

/** What to do when a promoted node lacks commits that its predecessor was seen to have. */
public enum OnIncompletePromotion {
    /** Log a warning, and write to the promoted node. */
    WARN,
    /** Refuse writes until the node has caught up, its predecessor is back, or an operator accepts the loss. */
    REJECT
}
