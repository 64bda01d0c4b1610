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
 * Makes the members of a router what a {@link TopologySource} says: asks it now and then on a thread of its own, lets new
 * nodes join and those that are named no more leave. Declared nodes stay, and the primary while it is that. Whatever the
 * source throws or names, what is there goes on; each trouble is said once.
 */
public final class TopologyDiscovery implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TopologyDiscovery.class);

    private final String router;
    private final TopologySource source;
    private final DiscoverySettings settings;
    private final Membership membership;
    private final Topology topology;

    /** Names that are taken by nodes that stay. For the looking thread, like what follows. */
    private final Set<String> declared;

    private final ScheduledExecutorService looks;
    private final ExecutorService departures;

    /** What joined because the source named it. For the looking thread. */
    private final Map<String, NodeSpec> joined = new LinkedHashMap<>();

    private final Set<String> leaving = ConcurrentHashMap.newKeySet();
    private final Set<String> warned = new HashSet<>();

    /** @param declared names of the nodes that stay */
    public TopologyDiscovery(
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
        this.looks = Executors.newSingleThreadScheduledExecutor(threads);
        this.departures = Executors.newCachedThreadPool(threads);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a look lets nothing through
    public void start() {
        looks.scheduleWithFixedDelay(this::look, 0, settings.interval().toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        looks.shutdownNow();
        departures.shutdownNow();
    }

    private void look() {
        Collection<NodeSpec> named;
        try {
            named = List.copyOf(source.nodes());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (Throwable failure) {
            warn("the nodes that there are cannot be told now, and stay as they are", failure);
            return;
        }
        try {
            follow(named);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable failure) {
            warn("unexpected failure", failure);
        }
    }

    private void follow(Collection<NodeSpec> named) throws InterruptedException {
        Set<String> names = named.stream().map(NodeSpec::name).collect(Collectors.toSet());
        // One that was taken out by program stays out as long as it is named, and may join when it is named again.
        declared.removeIf(name -> !names.contains(name) && !isMember(name));
        Map<String, NodeSpec> wanted = named.stream()
                .filter(spec -> !declared.contains(spec.name()))
                .collect(Collectors.toMap(NodeSpec::name, spec -> spec, (first, second) -> first, LinkedHashMap::new));
        for (NodeSpec spec : List.copyOf(joined.values())) {
            // One that is not what it was leaves, and joins anew.
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
        NodeStatus primary = topology.snapshot().primary();
        if (primary != null && primary.name().equals(name)) {
            warn(
                    "node " + name + " is named no more or differently, but is the primary: it stays while it is that",
                    null);
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
        departures.execute(() -> {
            try {
                membership.leave(name, settings.drainTimeout());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                log.warn("[{}] node {} does not leave as it should", router, name, e);
            } finally {
                leaving.remove(name);
            }
        });
    }

    /** The message of an exception may come from anywhere, and is not repeated. */
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
