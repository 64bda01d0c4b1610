package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.monitor.node.MonitoredNodes;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeStateMachine.Signal;
import io.github.replicationrouting.internal.monitor.probe.MonitorScheduler;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Drains nodes by request of an operator, and lets them back in. */
final class DrainControl {

    private static final Duration BETWEEN_IDLE_CHECKS = Duration.ofMillis(50);

    /** A decision of a moment ago may be about to take a connection. */
    private static final int IDLE_CHECKS = 2;

    private final MonitoredNodes nodes;
    private final MonitorScheduler scheduler;
    private final Runnable evaluation;
    private final boolean multiPrimary;

    /**
     * @param evaluation evaluates all nodes anew
     * @param multiPrimary whether another node may take over the writes of one that is drained
     */
    DrainControl(MonitoredNodes nodes, MonitorScheduler scheduler, Runnable evaluation, boolean multiPrimary) {
        this.multiPrimary = multiPrimary;
        this.nodes = nodes;
        this.scheduler = scheduler;
        this.evaluation = evaluation;
    }

    /**
     * Drains a node, or ends that, from any thread.
     *
     * @return completes when the snapshot shows it, with false when the node was not drained because no other one could
     *     take its writes
     */
    CompletableFuture<Boolean> request(Node node, boolean drain) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        scheduler.execute(() -> {
            boolean refused = drain && isNeededForWrites(node);
            if (!refused) {
                nodes.stream()
                        .filter(record ->
                                record.node() == node && record.machine().isDrained() != drain)
                        .forEach(record -> change(record, drain));
            }
            done.complete(!refused);
        });
        return done;
    }

    private boolean isNeededForWrites(Node node) {
        boolean writes = nodes.writers().stream().anyMatch(record -> record.node() == node);
        boolean mayMove = multiPrimary
                && nodes.stream()
                        .anyMatch(record -> record.node() != node
                                && record.status().role() == Role.PRIMARY
                                && record.status().state() == NodeState.ONLINE);
        return writes && !mayMove;
    }

    private void change(NodeRecord record, boolean drain) {
        record.machine().on(drain ? Signal.DRAIN : Signal.UNDRAIN, scheduler.now());
        evaluation.run();
        awaitIdle(record, 0);
    }

    private void awaitIdle(NodeRecord record, int idleChecksBefore) {
        if (record.isRemoved() || record.machine().state() != NodeState.DRAINING) {
            return;
        }
        int idleChecks = record.node().inFlight() == 0 ? idleChecksBefore + 1 : 0;
        if (idleChecks < IDLE_CHECKS) {
            scheduler.schedule(() -> awaitIdle(record, idleChecks), BETWEEN_IDLE_CHECKS);
        } else {
            record.machine().on(Signal.IDLE, scheduler.now());
            evaluation.run();
        }
    }
}
