package io.github.replicationrouting.settings;

/** Handling of writes while several nodes are writable and no evidence shows which one is the primary. */
public enum OnMultipleWritable {
    /** Refuse them. */
    REJECT,
    /** Send them to the last primary that this instance knew, if it is one of the writable nodes. */
    STICK
}
