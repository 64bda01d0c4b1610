package io.github.replicationrouting.settings;

/** What to do with writes while several nodes are writable and nothing shows which is right. */
public enum OnMultipleWritable {
    /** Refuse them. */
    REJECT,
    /** Go on with the node that was the last primary this instance knew, if it is one of them. */
    STICK
}
