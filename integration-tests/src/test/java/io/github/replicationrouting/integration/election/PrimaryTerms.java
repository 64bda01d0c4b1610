package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.failover.History.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Which node the operator intends to be the primary, and when. */
final class PrimaryTerms {

    private static final class Term {

        private final String node;
        private final long from;
        private long to = Long.MAX_VALUE;

        /** When the node could answer again; the end of the term if it always could. */
        private long recoveredAt = Long.MAX_VALUE;

        Term(String node, long from) {
            this.node = node;
            this.from = from;
        }
    }

    private final LongSupplier clock;

    private final List<Term> terms = new ArrayList<>();

    /** @param clock the monotonic time in nanoseconds that the writes use */
    PrimaryTerms(String firstNode, LongSupplier clock) {
        this.clock = clock;
        terms.add(new Term(firstNode, clock.getAsLong()));
    }

    /**
     * Makes another node the intended primary from now on.
     *
     * @param oldAnswers whether the old one was demoted in good order
     */
    void begin(String node, boolean oldAnswers) {
        long now = clock.getAsLong();
        Term last = terms.get(terms.size() - 1);
        last.to = now;
        last.recoveredAt = oldAnswers ? now : Long.MAX_VALUE;
        terms.add(new Term(node, now));
    }

    /** Notes that a node that did not answer is about to answer again. */
    void recovers(String node) {
        long now = clock.getAsLong();
        terms.stream()
                .filter(term -> term.node.equals(node) && term.to != Long.MAX_VALUE && term.recoveredAt > now)
                .forEach(term -> term.recoveredAt = now);
    }

    /** Returns whether a write was committed by the primary of its time. */
    boolean cover(Write write, Duration tolerance) {
        return terms.stream()
                .anyMatch(term -> term.node.equals(write.server())
                        && (term.to == Long.MAX_VALUE || write.reachedAt() - term.to <= tolerance.toNanos())
                        && write.reportedAt() - term.from >= -tolerance.toNanos());
    }

    /**
     * Returns whether a primary acknowledged a write before it was finally lost, so that the write may be lost as well.
     */
    boolean mayBeLost(Write write) {
        return terms.stream()
                .anyMatch(term -> term.node.equals(write.server())
                        && term.to != Long.MAX_VALUE
                        && term.recoveredAt != term.to
                        && write.reachedAt() - term.from >= 0
                        && write.reachedAt() - term.to < 0
                        && (term.recoveredAt == Long.MAX_VALUE || write.reportedAt() - term.recoveredAt < 0));
    }
}
