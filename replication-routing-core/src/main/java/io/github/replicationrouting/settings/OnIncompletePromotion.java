package io.github.replicationrouting.settings;

/** What to do when a promoted node lacks what its predecessor was seen to have. */
public enum OnIncompletePromotion {
    /** Say so, and write to it. */
    WARN,
    /** Refuse writes until it has everything, its predecessor is back, or an operator accepts it. */
    REJECT
}
