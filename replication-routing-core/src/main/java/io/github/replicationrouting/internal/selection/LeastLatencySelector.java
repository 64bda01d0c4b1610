package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;

/**
 * Selects, of two nodes drawn at random, the one with the lower load: the peak EWMA of its statement time, multiplied
 * by its connections in flight plus one, in proportion to its weight. A slow node thus still receives as many reads as
 * keep its queue short, and one that received none for a while is tried again, because its estimate decays.
 * Thread-safe, without a lock.
 *
 * <p>Source: Finagle's {@code PeakEwma} load metric with {@code P2CPeakEwma} (Twitter,
 * com.twitter.finagle.loadbalancer).
 */
public final class LeastLatencySelector implements NodeSelector {

    /**
     * Assumed statement time, in nanoseconds, of a node that is in use but has not completed a statement yet: high, so
     * that it receives a single read until then.
     */
    private static final double NANOS_BEFORE_FIRST_ANSWER = 1e15;

    @Override
    public NodeStatus select(Candidates candidates) {
        return PowerOfTwoChoices.lessLoaded(candidates, LeastLatencySelector::load);
    }

    private static double load(NodeStatus status) {
        Node node = status.node();
        int inFlight = node.inFlight();
        double nanos = node.statementNanos();
        if (nanos == 0) {
            return inFlight == 0 ? 0 : NANOS_BEFORE_FIRST_ANSWER * (inFlight + 1);
        }
        return nanos * (inFlight + 1);
    }
}
