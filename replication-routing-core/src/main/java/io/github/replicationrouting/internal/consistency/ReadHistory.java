package io.github.replicationrouting.internal.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a session has read, by node. Reads of one session may overlap, and then say nothing of one another: the node that
 * was read from last may lack what another one showed. Immutable.
 */
final class ReadHistory {

    static final ReadHistory NONE = new ReadHistory(List.of());

    /** Beyond this many, nodes are not told apart any more. */
    private static final int MOST = 8;

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

    /** The read on this node; null for none. */
    @Nullable
    ObservedRead on(String node) {
        for (ObservedRead seen : byNode) {
            if (node.equals(seen.node())) {
                return seen;
            }
        }
        return null;
    }

    /**
     * With a read.
     *
     * @param covered whether its node has what another read saw, which need not be remembered then
     * @param pause in nanoseconds: a longer one lets a session choose anew by itself
     */
    ReadHistory with(ObservedRead read, Predicate<ObservedRead> covered, long pause) {
        ObservedRead same = read;
        List<ObservedRead> others = List.of();
        for (ObservedRead seen : byNode) {
            if (seen.isOn(read.node())) {
                same = seen.and(read, pause);
            } else if (seen.at() - read.at() > 0 || !covered.test(seen)) {
                if (others.isEmpty()) {
                    others = new ArrayList<>(byNode.size() + 1);
                }
                others.add(seen);
            }
        }
        return others.isEmpty() ? new ReadHistory(List.of(same)) : new ReadHistory(List.copyOf(bounded(others, same)));
    }

    private static List<ObservedRead> bounded(List<ObservedRead> others, ObservedRead last) {
        others.add(last);
        while (others.size() > MOST) {
            others.add(0, others.remove(0).anywhere(others.remove(0)));
        }
        return others;
    }

    /** With all reads of the other. */
    ReadHistory and(ReadHistory other) {
        ReadHistory both = this;
        for (ObservedRead seen : other.byNode) {
            both = both.isEmpty() ? new ReadHistory(List.of(seen)) : both.with(seen, any -> false, 0);
        }
        return both;
    }
}
