package io.github.replicationrouting.internal.election;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node of all writes among the nodes that may take them, so that all instances choose the same without
 * communication. An incumbent stays; it is what this instance has chosen before, or what the counters of the servers
 * show: where writes originate, whichever instance sends them. Of two nodes that are both written to, as by two instances that
 * started with different knowledge, the one with twice the writes stays, else the preferred one. Nodes are named by
 * their index.
 */
final class WriterChoice {

    private static final int DOMINANCE = 2;

    private final List<NodeView> nodes;
    private final GroupSettings settings;
    private final Comparator<Integer> preferred;
    private final @Nullable Long since;

    /**
     * @param order rank of each node where nothing else distinguishes two of them
     * @param since from when on writes are compared; null for no limit
     */
    WriterChoice(List<NodeView> nodes, GroupSettings settings, List<String> order, @Nullable Long since) {
        this.since = since;
        this.nodes = nodes;
        this.settings = settings;
        Comparator<Integer> byPriority =
                Comparator.comparing(i -> nodes.get(i).spec().priority(), Comparator.reverseOrder());
        this.preferred = byPriority.thenComparing(order::get).thenComparing(i -> nodes.get(i)
                .name());
    }

    /**
     * Returns the chosen node; -1 where there is no candidate, or where it is not known yet which of them is written to.
     *
     * @param candidates the nodes that may take writes
     * @param incumbent the node that this instance has chosen before; null for none
     * @param settled whether writes have been compared for long enough since the incumbent was chosen
     */
    int choose(List<Integer> candidates, @Nullable String incumbent, boolean settled) {
        if (candidates.isEmpty()) {
            return -1;
        }
        int best = candidates.stream().min(preferred).orElse(-1);
        if (settings.failback()) {
            return best;
        }
        int current = candidates.stream()
                .filter(i -> nodes.get(i).name().equals(incumbent))
                .findFirst()
                .orElse(-1);
        if (current >= 0 && !settled) {
            return current;
        }
        int busiest = candidates.stream()
                .max(Comparator.<Integer>comparingLong(this::writes).thenComparing(preferred.reversed()))
                .orElse(best);
        if (writes(busiest) == 0) {
            return current >= 0 ? current : best;
        }
        if (current < 0) {
            return winner(busiest, candidates);
        }
        return busiest == current && isAlone(current, candidates) ? current : winner(busiest, candidates);
    }

    /** Returns the busiest node where it dominates, else the preferred one of those that are written to. */
    private int winner(int busiest, List<Integer> candidates) {
        return candidates.stream()
                .filter(i -> writes(i) > 0 && DOMINANCE * writes(i) > writes(busiest))
                .min(preferred)
                .orElse(busiest);
    }

    private boolean isAlone(int current, List<Integer> candidates) {
        return candidates.stream().allMatch(i -> i == current || writes(i) == 0);
    }

    private long writes(int i) {
        return nodes.get(i).member().activity().within(settings.window(), since);
    }

    /** Returns whether each candidate was observed for long enough to know which of them is written to. */
    boolean isObserved(List<Integer> candidates) {
        return candidates.size() < 2
                || candidates.stream()
                        .allMatch(i -> nodes.get(i).member().activity().covers(settings.interval()));
    }
}
