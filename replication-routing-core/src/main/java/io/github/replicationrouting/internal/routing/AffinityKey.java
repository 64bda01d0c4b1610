package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.internal.selection.RendezvousHashing;

/**
 * A key whose writes go to one node. Keys are the same if their texts are, in every process. Immutable.
 *
 * @param text the text of the key
 * @param hash the hash of the text
 */
public record AffinityKey(String text, long hash) {

    /** The key of all writes that have none. */
    static final AffinityKey NONE = of("");

    /**
     * Returns the key of a value.
     *
     * @throws IllegalArgumentException if the text of the value is not the same in every process
     */
    public static AffinityKey of(Object value) {
        String text = value.toString();
        if (value.getClass().isArray() || isIdentity(value, text)) {
            throw new IllegalArgumentException("A key of affinity must have a text that is the same in every process,"
                    + " such as a number, a string or a UUID; "
                    + value.getClass().getName()
                    + " has none, because it does not override toString()");
        }
        return new AffinityKey(text, RendezvousHashing.hash(text));
    }

    /** The text of {@code Object.toString} has the hash code, which differs from object to object. */
    private static boolean isIdentity(Object value, String text) {
        return !(value instanceof String) && text.startsWith(value.getClass().getName() + "@");
    }

    @Override
    public String toString() {
        return text;
    }
}
