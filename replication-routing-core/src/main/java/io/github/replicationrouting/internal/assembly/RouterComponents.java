package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.connection.logical.FallbackLimiter;
import io.github.replicationrouting.internal.connection.logical.LeaseManager;
import io.github.replicationrouting.internal.connection.logical.PrimaryWait;
import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.internal.routing.Router;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Components of one router, and the order in which they start and close.
 *
 * @param name name of the router
 * @param router decides which node serves a transaction
 * @param leases lends connections of the pools
 * @param monitor probes the nodes and publishes the topology
 * @param primaryWait queue of the writes that wait for a primary
 * @param fallbackReads limit for reads on the primary
 * @param membership adds and removes nodes
 * @param discovery finds further nodes; null when it is off
 * @param promotions memory of the last incomplete promotion
 * @param consistency describes what sessions may rely on; asks the pools, and may wait for a connection
 * @param background threads for tasks that may block
 */
public record RouterComponents(
        String name,
        Router router,
        LeaseManager leases,
        TopologyMonitor monitor,
        PrimaryWait primaryWait,
        FallbackLimiter fallbackReads,
        Membership membership,
        @Nullable TopologyDiscovery discovery,
        LastPromotion promotions,
        Supplier<String> consistency,
        ExecutorService background)
        implements AutoCloseable {

    /** Probes each node once, and continues in the background. */
    public void startMonitor() {
        monitor.start();
    }

    /** Starts to look for further nodes, where that is configured. */
    public void startDiscovery() {
        if (discovery != null) {
            discovery.start();
        }
    }

    /** Returns the topology and what sessions may rely on, for the log line at the start. */
    public String describe() {
        return monitor.describe() + "; " + consistency.get();
    }

    /** Stops the background work, releases the threads that wait, and closes the pools. */
    @Override
    public void close() {
        if (discovery != null) {
            discovery.close();
        }
        primaryWait.close();
        monitor.close();
        fallbackReads.close();
        membership.close();
        background.shutdown();
    }
}
