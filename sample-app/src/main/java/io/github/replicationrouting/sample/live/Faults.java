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
 * Breaks and mends the servers of the embedded cluster, one thing after the other on a thread of its own, because a
 * server takes its time to start. Without an embedded cluster there is nothing to break.
 */
@Component
class Faults implements DisposableBean {

    private static final String KILLED = "killed";
    private static final String FROZEN = "frozen";
    private static final String STALLED = "stalled";

    private static final Logger log = LoggerFactory.getLogger(Faults.class);

    private final ObjectProvider<ReplicatedCluster> cluster;
    private final Journal journal;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<String, Set<String>> present = new ConcurrentHashMap<>();

    Faults(ObjectProvider<ReplicatedCluster> cluster, Journal journal) {
        this.cluster = cluster;
        this.journal = journal;
    }

    boolean arePossible() {
        return cluster.getIfAvailable() != null;
    }

    /** The faults that a node has now: killed, frozen, stalled. */
    Set<String> of(String node) {
        return present.getOrDefault(node, Set.of());
    }

    /**
     * Does something to a node soon.
     *
     * @throws IllegalArgumentException when there is no such node or action
     * @throws IllegalStateException when there is no embedded cluster
     */
    void request(String nodeName, String action) {
        ReplicatedCluster servers = cluster.getIfAvailable();
        if (servers == null) {
            throw new IllegalStateException("Only the embedded cluster can be broken: use the profile embedded");
        }
        ClusterNode node = servers.node(nodeName);
        Runnable deed = deed(servers, node, action);
        soon(nodeName + ": " + action, deed);
    }

    /** Undoes everything soon. */
    void heal() {
        cluster.ifAvailable(servers -> soon("heal all", () -> {
            servers.heal();
            present.clear();
        }));
    }

    private Runnable deed(ReplicatedCluster servers, ClusterNode node, String action) {
        return switch (action) {
            case "kill" ->
                () -> {
                    node.kill();
                    present.put(node.name(), ConcurrentHashMap.newKeySet());
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
            case "promote" -> () -> servers.promote(node);
            case "rejoin" -> () -> servers.rejoin(node);
            default -> throw new IllegalArgumentException("Nobody knows how to " + action + " a node");
        };
    }

    private void add(ClusterNode node, String fault) {
        present.computeIfAbsent(node.name(), name -> ConcurrentHashMap.newKeySet())
                .add(fault);
    }

    private void remove(ClusterNode node, String fault) {
        present.getOrDefault(node.name(), Set.of()).remove(fault);
    }

    private void soon(String what, Runnable deed) {
        try {
            thread.execute(() -> {
                journal.note("you: " + what);
                try {
                    deed.run();
                } catch (RuntimeException e) {
                    log.warn("Could not {}", what, e);
                    journal.note("could not " + what + ": " + e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("The application ends: {} is not done", what, e);
        }
    }

    @Override
    public void destroy() {
        thread.shutdownNow();
    }
}
