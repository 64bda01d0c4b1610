package io.github.replicationrouting.internal.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The reads of a session, by node. Reads of one session may overlap, and then prove nothing about each other: the node
 * that was read from last may lack what another one showed. Immutable.
 */
final class ReadHistory {

    static final ReadHistory NONE = new ReadHistory(List.of());

    /** Maximum number of entries; beyond it the oldest are combined into one of no particular node. */
    private static final int MAX_NODES = 8;

    /** At most one for each node. */
    private final List<ObservedRead> byNode;

    private ReadHistory(List<ObservedRead> byNode) {
        this.byNode = byNode;
    }

    boolean isEmpty() {
        return byNode.isEmpty();
    }

    List<ObservedRead> byNode() {
        return byNode;
    }

    /** Returns the last read on this node, null for none. */
    @Nullable
    ObservedRead on(String node) {
        for (ObservedRead read : byNode) {
            if (node.equals(read.node())) {
                return read;
            }
        }
        return null;
    }

    /**
     * Returns this history with a further read.
     *
     * @param covered whether the node of the read contains what another read saw, which is then forgotten
     * @param maxPause time, in nanoseconds, after which the read does not continue an earlier one on its node
     */
    ReadHistory with(ObservedRead read, Predicate<ObservedRead> covered, long maxPause) {
        ObservedRead same = read;
        List<ObservedRead> others = List.of();
        for (ObservedRead known : byNode) {
            if (known.isOn(read.node())) {
                same = known.and(read, maxPause);
            } else if (known.at() - read.at() > 0 || !covered.test(known)) {
                if (others.isEmpty()) {
                    others = new ArrayList<>(byNode.size() + 1);
                }
                others.add(known);
            }
        }
        return others.isEmpty() ? new ReadHistory(List.of(same)) : new ReadHistory(List.copyOf(bounded(others, same)));
    }

    private static List<ObservedRead> bounded(List<ObservedRead> others, ObservedRead last) {
        others.add(last);
        while (others.size() > MAX_NODES) {
            others.add(0, others.remove(0).anywhere(others.remove(0)));
        }
        return others;
    }

    /** Returns this history with all reads of another one. */
    ReadHistory and(ReadHistory other) {
        ReadHistory both = this;
        for (ObservedRead read : other.byNode) {
            both = both.isEmpty() ? new ReadHistory(List.of(read)) : both.with(read, any -> false, 0);
        }
        return both;
    }
}
