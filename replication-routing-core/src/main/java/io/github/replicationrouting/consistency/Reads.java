package io.github.replicationrouting.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a session has read, by node. Reads of one session may overlap, and then say nothing of one another: the node that
 * was read from last may lack what another one showed. Immutable.
 */
final class Reads {

    static final Reads NONE = new Reads(List.of());

    /** Beyond this many, nodes are not told apart any more. */
    private static final int MOST = 8;

    /** At most one for each node. */
    private final List<Seen> byNode;

    private Reads(List<Seen> byNode) {
        this.byNode = byNode;
    }

    boolean isEmpty() {
        return byNode.isEmpty();
    }

    List<Seen> byNode() {
        return byNode;
    }

    /** The read on this node; null for none. */
    @Nullable
    Seen on(String node) {
        for (Seen seen : byNode) {
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
    Reads with(Seen read, Predicate<Seen> covered, long pause) {
        Seen same = read;
        List<Seen> others = List.of();
        for (Seen seen : byNode) {
            if (seen.isOn(read.node())) {
                same = seen.and(read, pause);
            } else if (seen.at() - read.at() > 0 || !covered.test(seen)) {
                if (others.isEmpty()) {
                    others = new ArrayList<>(byNode.size() + 1);
                }
                others.add(seen);
            }
        }
        return others.isEmpty() ? new Reads(List.of(same)) : new Reads(List.copyOf(bounded(others, same)));
    }

    private static List<Seen> bounded(List<Seen> others, Seen last) {
        others.add(last);
        while (others.size() > MOST) {
            others.add(0, others.remove(0).anywhere(others.remove(0)));
        }
        return others;
    }

    /** With all reads of the other. */
    Reads and(Reads other) {
        Reads both = this;
        for (Seen seen : other.byNode) {
            both = both.isEmpty() ? new Reads(List.of(seen)) : both.with(seen, any -> false, 0);
        }
        return both;
    }
}
