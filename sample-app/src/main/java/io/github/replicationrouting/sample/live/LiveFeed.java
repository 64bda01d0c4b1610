package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.sample.live.LiveState.MastersView;
import io.github.replicationrouting.sample.live.LiveState.NodeView;
import io.github.replicationrouting.sample.live.LiveState.TrafficView;
import io.github.replicationrouting.sample.shop.Traffic;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Sends the state to all open pages four times a second. Queries no server. */
@Component
class LiveFeed implements DisposableBean {

    private static final int INTERVAL_MILLIS = 250;
    private static final Duration MAX_CONNECTION = Duration.ofMinutes(30);

    private final ReplicationRouting routing;
    private final Traffic traffic;
    private final Load load;
    private final Faults faults;
    private final Journal journal;
    private final PolicySwitch policies;
    private final Conflicts conflicts;
    private final boolean multiPrimary;
    private final Duration maxLag;
    private final List<SseEmitter> viewers = new CopyOnWriteArrayList<>();

    LiveFeed(
            ReplicationRouting routing,
            Traffic traffic,
            Load load,
            Faults faults,
            Journal journal,
            PolicySwitch policies,
            Conflicts conflicts,
            @Value("${replication.routing.topology:primary-replica}") String topology,
            @Value("${replication.routing.reads.max-lag:5s}") Duration maxLag) {
        this.routing = routing;
        this.traffic = traffic;
        this.load = load;
        this.faults = faults;
        this.journal = journal;
        this.policies = policies;
        this.conflicts = conflicts;
        this.multiPrimary = topology.equals("multi-primary");
        this.maxLag = maxLag;
    }

    SseEmitter open() {
        SseEmitter viewer = new SseEmitter(MAX_CONNECTION.toMillis());
        viewer.onCompletion(() -> viewers.remove(viewer));
        viewer.onTimeout(viewer::complete);
        viewer.onError(gone -> viewers.remove(viewer));
        viewers.add(viewer);
        return viewer;
    }

    @Scheduled(fixedDelay = INTERVAL_MILLIS)
    void send() {
        if (!viewers.isEmpty()) {
            LiveState state = state();
            viewers.removeIf(viewer -> !isSent(state, viewer));
        }
    }

    private static boolean isSent(LiveState state, SseEmitter viewer) {
        try {
            viewer.send(SseEmitter.event().data(state, MediaType.APPLICATION_JSON));
            return true;
        } catch (IOException | IllegalStateException e) {
            // The page was closed; the container ends the request.
            return false;
        }
    }

    private LiveState state() {
        TopologySnapshot snapshot = routing.snapshot();
        NodeStatus primary = snapshot.primary();
        return new LiveState(
                Instant.now(),
                faults.arePossible(),
                maxLag.toMillis(),
                primary == null ? null : primary.name(),
                snapshot.noPrimaryReason(),
                snapshot.writers().stream().map(NodeStatus::name).toList(),
                masters(snapshot),
                snapshot.nodes().stream().map(this::view).toList(),
                new TrafficView(
                        load.isRunning(),
                        traffic.served(),
                        traffic.failedReads(),
                        traffic.failedWrites(),
                        TimeUnit.NANOSECONDS.toMillis(traffic.longestNanos()),
                        traffic.last()),
                journal.entries());
    }

    private @Nullable MastersView masters(TopologySnapshot snapshot) {
        return multiPrimary
                ? new MastersView(policies.current(), snapshot.group(), conflicts.succeeded(), conflicts.failed())
                : null;
    }

    private NodeView view(NodeStatus node) {
        Duration lag = node.lag();
        return new NodeView(
                node.name(),
                node.role().name().toLowerCase(Locale.ROOT),
                node.state().name().toLowerCase(Locale.ROOT),
                node.suspected(),
                node.share(),
                lag == null ? null : (Long) lag.toMillis(),
                node.reason(),
                node.node().inFlight(),
                node.server(),
                node.member(),
                node.node().conflicts(),
                faults.of(node.name()));
    }

    @Override
    public void destroy() {
        viewers.forEach(SseEmitter::complete);
    }
}
