package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.sample.shop.Traffic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that the page shows, at one moment.
 *
 * @param faultsPossible whether the servers can be broken from here
 * @param maxLagMillis the lag above which a replica serves no reads
 */
record LiveState(
        Instant at,
        boolean faultsPossible,
        long maxLagMillis,
        @Nullable String primary,
        @Nullable String noPrimaryReason,
        List<NodeView> nodes,
        TrafficView traffic,
        List<Journal.Entry> journal) {

    /** One node as the router sees it, and what was done to it from here. */
    record NodeView(
            String name,
            String role,
            String state,
            boolean suspected,
            double share,
            @Nullable Long lagMillis,
            @Nullable String reason,
            int inFlight,
            @Nullable String server,
            Set<String> faults) {}

    /**
     * What the application's transactions met with, since its start.
     *
     * @param served answers by node
     * @param longestMillis the longest wait since the last moment shown
     * @param last the last transactions, the newest first
     */
    record TrafficView(
            boolean running,
            Map<String, Long> served,
            long failedReads,
            long failedWrites,
            long longestMillis,
            List<Traffic.Entry> last) {}
}
