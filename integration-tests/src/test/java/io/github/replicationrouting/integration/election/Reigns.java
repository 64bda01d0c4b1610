package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.failover.History.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Which node the operator means to be the primary, and when. */
final class Reigns {

    private static final class Reign {

        private final String node;
        private final long from;
        private long to = Long.MAX_VALUE;

        /** When the node could answer again; the end of the reign where it could all along. */
        private long backAt = Long.MAX_VALUE;

        Reign(String node, long from) {
            this.node = node;
            this.from = from;
        }
    }

    private final LongSupplier clock;

    private final List<Reign> reigns = new ArrayList<>();

    /** @param clock monotonic time in nanoseconds, as that of the writes */
    Reigns(String firstNode, LongSupplier clock) {
        this.clock = clock;
        reigns.add(new Reign(firstNode, clock.getAsLong()));
    }

    /**
     * Another node is to be the primary from now on.
     *
     * @param oldAnswers whether the old one was handed over in good order
     */
    void begin(String node, boolean oldAnswers) {
        long now = clock.getAsLong();
        Reign last = reigns.get(reigns.size() - 1);
        last.to = now;
        last.backAt = oldAnswers ? now : Long.MAX_VALUE;
        reigns.add(new Reign(node, now));
    }

    /** A node that did not answer is about to answer again. */
    void comesBack(String node) {
        long now = clock.getAsLong();
        reigns.stream()
                .filter(reign -> reign.node.equals(node) && reign.to != Long.MAX_VALUE && reign.backAt > now)
                .forEach(reign -> reign.backAt = now);
    }

    /** Whether a write was committed by the primary of its time. */
    boolean cover(Write write, Duration tolerance) {
        return reigns.stream()
                .anyMatch(reign -> reign.node.equals(write.server())
                        && (reign.to == Long.MAX_VALUE || write.reachedAt() - reign.to <= tolerance.toNanos())
                        && write.toldAt() - reign.from >= -tolerance.toNanos());
    }

    /** Whether a write was acknowledged by a primary before it was lost for good, so that it may be lost with it. */
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
