package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.failover.History.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Which node the operator intends to be the primary, and when. */
final class Reigns {

    private static final class Reign {

        private final String node;
        private final long from;
        private long to = Long.MAX_VALUE;

        /** When the node could answer again; the end of the reign if it always could. */
        private long backAt = Long.MAX_VALUE;

        Reign(String node, long from) {
            this.node = node;
            this.from = from;
        }
    }

    private final LongSupplier clock;

    private final List<Reign> reigns = new ArrayList<>();

    /** @param clock the monotonic time in nanoseconds that the writes use */
    Reigns(String firstNode, LongSupplier clock) {
        this.clock = clock;
        reigns.add(new Reign(firstNode, clock.getAsLong()));
    }

    /**
     * Makes another node the intended primary from now on.
     *
     * @param oldAnswers whether the old one was demoted in good order
     */
    void begin(String node, boolean oldAnswers) {
        long now = clock.getAsLong();
        Reign last = reigns.get(reigns.size() - 1);
        last.to = now;
        last.backAt = oldAnswers ? now : Long.MAX_VALUE;
        reigns.add(new Reign(node, now));
    }

    /** Notes that a node that did not answer is about to answer again. */
    void comesBack(String node) {
        long now = clock.getAsLong();
        reigns.stream()
                .filter(reign -> reign.node.equals(node) && reign.to != Long.MAX_VALUE && reign.backAt > now)
                .forEach(reign -> reign.backAt = now);
    }

    /** Returns whether a write was committed by the primary of its time. */
    boolean cover(Write write, Duration tolerance) {
        return reigns.stream()
                .anyMatch(reign -> reign.node.equals(write.server())
                        && (reign.to == Long.MAX_VALUE || write.reachedAt() - reign.to <= tolerance.toNanos())
                        && write.toldAt() - reign.from >= -tolerance.toNanos());
    }

    /** Returns whether a primary acknowledged a write before it was finally lost, so that the write may be lost as well. */
    boolean mayBeLost(Write write) {
        return reigns.stream()
                .anyMatch(reign -> reign.node.equals(write.server())
                        && reign.to != Long.MAX_VALUE
                        && reign.backAt != reign.to
                        && write.reachedAt() - reign.from >= 0
                        && write.reachedAt() - reign.to < 0
                        && (reign.backAt == Long.MAX_VALUE || write.toldAt() - reign.backAt < 0));
    }
}
