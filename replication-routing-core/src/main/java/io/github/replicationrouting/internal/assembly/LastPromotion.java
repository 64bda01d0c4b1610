package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.NodeStatus;
import org.jspecify.annotations.Nullable;

/** Remembers what the primary of now lacked when it was promoted, until another node takes its place. Thread-safe. */
public final class LastPromotion implements TopologyListener {

    private volatile @Nullable IncompletePromotion incomplete;

    public @Nullable IncompletePromotion incomplete() {
        return incomplete;
    }

    @Override
    public void promotionIncomplete(IncompletePromotion promotion) {
        incomplete = promotion;
    }

    /** A promotion is told of before the change itself. */
    @Override
    public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
        IncompletePromotion known = incomplete;
        if (known != null && after != null && after.node() != known.to()) {
            incomplete = null;
        }
    }
}
