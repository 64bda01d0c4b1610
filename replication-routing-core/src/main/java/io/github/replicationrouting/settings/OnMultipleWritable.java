package io.github.replicationrouting.settings;

/** What to do with writes while several nodes are writable and no evidence shows which one is right. */
public enum OnMultipleWritable {
    /** Refuse them. */
    REJECT,
    /** Send them to the last primary that this instance knew, if it is one of the writable nodes. */
    STICK
}
