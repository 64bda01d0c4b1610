package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the members of a router in step with a {@link TopologySource}: queries it periodically on a thread of its own,
 * adds the nodes that it lists and removes those that it no longer lists. Declared nodes are never removed, and the
 * primary, or the only node that takes writes, is not while it is. A failure of the source changes nothing; each is logged once.
 */
final class TopologyDiscovery implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TopologyDiscovery.class);

    private final String router;
    private final TopologySource source;
    private final DiscoverySettings settings;
    private final Membership membership;
    private final Topology topology;

    /** Names of the nodes that are never removed. Confined to the query thread. */
    private final Set<String> declared;

    private final ScheduledExecutorService scheduler;
    private final ExecutorService removals;

    /** Nodes that joined because the source lists them. Confined to the query thread. */
    private final Map<String, NodeSpec> joined = new LinkedHashMap<>();

    private final Set<String> leaving = ConcurrentHashMap.newKeySet();
    private final Set<String> warned = new HashSet<>();

    /** @param declared names of the nodes that are never removed */
    TopologyDiscovery(
            String router,
            TopologySource source,
            DiscoverySettings settings,
            Membership membership,
            Topology topology,
            Set<String> declared) {
        this.router = router;
        this.source = source;
        this.settings = settings;
        this.membership = membership;
        this.topology = topology;
        this.declared = new HashSet<>(declared);
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, router + "-discovery");
            thread.setDaemon(true);
            return thread;
        };
        this.scheduler = Executors.newSingleThreadScheduledExecutor(threads);
        this.removals = Executors.newCachedThreadPool(threads);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task throws nothing
    void start() {
        scheduler.scheduleWithFixedDelay(this::query, 0, settings.interval().toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        removals.shutdownNow();
    }

    private void query() {
        Collection<NodeSpec> listed;
        try {
            listed = List.copyOf(source.nodes());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (Throwable failure) {
            warn("discovery failed, so that the nodes stay as they are", failure);
            return;
        }
        try {
            apply(listed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable failure) {
            warn("discovery failed unexpectedly", failure);
        }
    }

    private void apply(Collection<NodeSpec> listed) throws InterruptedException {
        Set<String> names = listed.stream().map(NodeSpec::name).collect(Collectors.toSet());
        // A declared node that the application removed may join again once the source has stopped listing it.
        declared.removeIf(name -> !names.contains(name) && !isMember(name));
        Map<String, NodeSpec> wanted = listed.stream()
                .filter(spec -> !declared.contains(spec.name()))
                .collect(Collectors.toMap(NodeSpec::name, spec -> spec, (first, second) -> first, LinkedHashMap::new));
        for (NodeSpec spec : List.copyOf(joined.values())) {
            // A node whose specification has changed leaves, and joins again.
            if (!spec.equals(wanted.get(spec.name())) && mayLeave(spec.name())) {
                joined.remove(spec.name());
                if (isMember(spec.name())) {
                    leave(spec.name());
                }
            }
        }
        for (NodeSpec spec : wanted.values()) {
            if (!joined.containsKey(spec.name()) && !leaving.contains(spec.name())) {
                join(spec);
            }
        }
    }

    private boolean isMember(String name) {
        return topology.snapshot().node(name) != null;
    }

    private boolean mayLeave(String name) {
        List<NodeStatus> writers = topology.snapshot().writers();
        if (writers.size() == 1 && writers.get(0).name().equals(name)) {
            String role = topology.snapshot().primary() == null ? "the only node that takes writes" : "the primary";
            warn("node " + name + " is no longer listed, or has changed, but stays while it is " + role, null);
            return false;
        }
        return true;
    }

    private void join(NodeSpec spec) throws InterruptedException {
        try {
            membership.join(settings.settings().apply(spec));
            joined.put(spec.name(), spec);
        } catch (RuntimeException e) {
            warn("node " + spec.name() + " cannot join", e);
        }
    }

    private void leave(String name) {
        leaving.add(name);
        removals.execute(() -> {
            try {
                membership.leave(name, settings.drainTimeout());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                log.warn("[{}] node {}: removal failed", router, name, e);
            } finally {
                leaving.remove(name);
            }
        });
    }

    /** Leaves out the message of a foreign exception, which may hold a secret. */
    private void warn(String what, @Nullable Throwable failure) {
        String why = failure == null ? "" : ": " + reason(failure);
        if (warned.add(what + why)) {
            log.warn("[{}] {}{}", router, what, why);
            log.debug("[{}] {}", router, what, failure);
        }
    }

    private static String reason(Throwable failure) {
        return failure instanceof IllegalArgumentException
                ? String.valueOf(failure.getMessage())
                : failure.getClass().getName();
    }
}
