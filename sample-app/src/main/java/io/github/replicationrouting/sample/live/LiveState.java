package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.sample.shop.Traffic;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of the page at one moment.
 *
 * @param faultsPossible whether the page can apply faults to the servers
 * @param maxLagMillis the lag above which a replica serves no reads
 * @param writers names of the nodes that take writes
 * @param masters null where only one server may take writes
 */
record LiveState(
        Instant at,
        boolean faultsPossible,
        long maxLagMillis,
        @Nullable String primary,
        @Nullable String noPrimaryReason,
        List<String> writers,
        @Nullable MastersView masters,
        List<NodeView> nodes,
        TrafficView traffic,
        List<Journal.Entry> journal) {

    /** One node as the router sees it, and its faults. */
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
            @Nullable GroupMember member,
            long conflicts,
            Set<String> faults) {}

    /**
     * Several masters: how they share the writes, their group, and the conflicts of their transactions.
     *
     * @param view the view in which they are used; null while there is none with a majority
     * @param retried number of transactions that lost a conflict and were committed by a retry
     * @param abandoned number of transactions that lost a conflict and failed
     */
    record MastersView(String policy, @Nullable GroupView view, long retried, long abandoned) {}

    /**
     * The results of the application's transactions since its start.
     *
     * @param served number of answers by node
     * @param longestMillis the longest transaction since the previous state
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
