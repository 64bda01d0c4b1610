package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;

/**
 * The faster of two nodes drawn at random: that with the lower peak EWMA of statement time, times its connections in
 * flight plus one, per weight. So a slow node still gets as much as keeps its queue short, and one that got nothing for
 * a while, whose estimate has decayed, is tried again.
 *
 * <p>Source: Finagle's {@code PeakEwma} load metric with {@code P2CPeakEwma} (Twitter,
 * com.twitter.finagle.loadbalancer).
 *
 * @see io.github.replicationrouting.internal.time.PeakEwma
 */
public final class LeastLatencySelector implements NodeSelector {

    /** For a node that is in use but has not answered yet, in nanoseconds: one try is enough until it has. */
    private static final double UNKNOWN_BUT_BUSY = 1e15;

    @Override
    public NodeStatus select(Candidates candidates) {
        return PowerOfTwoChoices.lessLoaded(candidates, LeastLatencySelector::load);
    }

    private static double load(NodeStatus status) {
        Node node = status.node();
        int inFlight = node.inFlight();
        double nanos = node.statementTime().nanos();
        if (nanos == 0) {
            return inFlight == 0 ? 0 : UNKNOWN_BUT_BUSY * (inFlight + 1);
        }
        return nanos * (inFlight + 1);
    }
}
