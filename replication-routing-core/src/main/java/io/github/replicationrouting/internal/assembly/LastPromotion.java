package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.NodeStatus;
import org.jspecify.annotations.Nullable;

/** Listener that remembers what the current primary lacked when it was promoted. Thread-safe. */
public final class LastPromotion implements TopologyListener {

    private volatile @Nullable IncompletePromotion incomplete;

    /** Returns what the current primary lacked; null when nothing is known to be missing. */
    public @Nullable IncompletePromotion incomplete() {
        return incomplete;
    }

    @Override
    public void promotionIncomplete(IncompletePromotion promotion) {
        incomplete = promotion;
    }

    /** Called after {@link #promotionIncomplete} for the same change. */
    @Override
    public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
        IncompletePromotion known = incomplete;
        if (known != null && after != null && after.node() != known.to()) {
            incomplete = null;
        }
    }
}
