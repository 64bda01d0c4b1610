package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Applies and ends faults of the servers that this process has started, one after the other on a separate thread,
 * because a server needs seconds to start. Not available on other servers.
 */
@Component
class Faults implements DisposableBean {

    private static final String KILLED = "killed";
    private static final String FROZEN = "frozen";
    private static final String STALLED = "stalled";
    private static final String CUT = "cut";
    private static final String DESYNCED = "desynced";

    private static final Logger log = LoggerFactory.getLogger(Faults.class);

    private final ObjectProvider<ReplicatedCluster> cluster;
    private final Journal journal;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<String, Set<String>> faults = new ConcurrentHashMap<>();

    Faults(ObjectProvider<ReplicatedCluster> cluster, Journal journal) {
        this.cluster = cluster;
        this.journal = journal;
    }

    boolean arePossible() {
        return cluster.getIfAvailable() != null;
    }

    /** Returns the current faults of a node: killed, frozen, stalled, cut, desynced. */
    Set<String> of(String node) {
        return faults.getOrDefault(node, Set.of());
    }

    /**
     * Schedules an action on a node.
     *
     * @throws IllegalArgumentException if the node or the action is unknown
     * @throws IllegalStateException if the servers are not those of this process
     */
    void request(String nodeName, String action) {
        ReplicatedCluster servers = cluster.getIfAvailable();
        if (servers == null) {
            throw new IllegalStateException("Faults need servers of this process: use the profile embedded or galera");
        }
        ClusterNode node = servers.node(nodeName);
        Runnable task = task(servers, node, action);
        schedule(nodeName + ": " + action, task);
    }

    /** Schedules the end of all faults. */
    void heal() {
        cluster.ifAvailable(servers -> schedule("heal all", () -> {
            servers.heal();
            faults.clear();
        }));
    }

    private Runnable task(ReplicatedCluster servers, ClusterNode node, String action) {
        return switch (action) {
            case "kill" ->
                () -> {
                    node.kill();
                    faults.put(node.name(), ConcurrentHashMap.newKeySet());
                    add(node, KILLED);
                };
            case "start" ->
                () -> {
                    node.start();
                    remove(node, KILLED);
                };
            case "freeze" ->
                () -> {
                    node.freeze();
                    add(node, FROZEN);
                };
            case "thaw" ->
                () -> {
                    node.thaw();
                    remove(node, FROZEN);
                };
            case "stall" ->
                () -> {
                    node.stopApplier();
                    add(node, STALLED);
                };
            case "resume" ->
                () -> {
                    node.startApplier();
                    remove(node, STALLED);
                };
            case "cut" ->
                () -> {
                    node.cutFromGroup();
                    add(node, CUT);
                };
            case "desync" ->
                () -> {
                    node.desync(true);
                    add(node, DESYNCED);
                };
            case "repair" -> () -> repair(node);
            case "promote" -> () -> servers.promote(node);
            case "rejoin" -> () -> servers.rejoin(node);
            default -> throw new IllegalArgumentException("Unknown action: " + action);
        };
    }

    /** Ends all faults of a member, which then returns to its group. */
    private void repair(ClusterNode node) {
        node.reconnectToGroup();
        if (node.isRunning()) {
            node.thaw();
        } else {
            node.start();
        }
        if (of(node.name()).contains(DESYNCED)) {
            node.desync(false);
        }
        faults.remove(node.name());
    }

    private void add(ClusterNode node, String fault) {
        faults.computeIfAbsent(node.name(), name -> ConcurrentHashMap.newKeySet())
                .add(fault);
    }

    private void remove(ClusterNode node, String fault) {
        faults.getOrDefault(node.name(), Set.of()).remove(fault);
    }

    private void schedule(String what, Runnable task) {
        try {
            thread.execute(() -> {
                journal.note("you: " + what);
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.warn("Could not {}", what, e);
                    journal.note("could not " + what + ": " + e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("Not done, the application is shutting down: {}", what, e);
        }
    }

    @Override
    public void destroy() {
        thread.shutdownNow();
    }
}
