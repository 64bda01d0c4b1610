package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.monitor.errors.SchemaErrors;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom to tell of what has changed: the log at once, the listeners when the snapshot that shows it is out. */
final class TopologyChangePublisher {

    private static final Logger log = LoggerFactory.getLogger(TopologyMonitor.class);

    private static final Duration BETWEEN_UNSEEN = Duration.ofMinutes(1);

    private final String router;
    private final List<TopologyListener> listeners;
    private final FailureGuard supervisor;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean quiet = true;

    TopologyChangePublisher(String router, List<TopologyListener> listeners, FailureGuard supervisor) {
        this.router = router;
        this.listeners = List.copyOf(listeners);
        this.supervisor = supervisor;
    }

    /** From now on changes are worth a line: one at the start says at once what all was found to be. */
    void speakUp() {
        quiet = false;
    }

    /** Told at once, before everything that waits. */
    void snapshot(TopologySnapshot before, TopologySnapshot now) {
        listeners.forEach(listener -> supervisor.run(() -> listener.snapshotPublished(before, now)));
    }

    void state(NodeStatus before, NodeStatus now) {
        String reason = now.reason() == null ? "" : " (" + now.reason() + ")";
        String line = "[{}] node {}: {} -> {}{}";
        boolean wanted = now.state() == NodeState.ONLINE
                || now.state() == NodeState.DRAINING
                || now.state() == NodeState.DRAINED;
        if (quiet) {
            log.debug(line, router, now.name(), before.state(), now.state(), reason);
        } else if (wanted) {
            log.info(line, router, now.name(), before.state(), now.state(), reason);
        } else {
            log.warn(line, router, now.name(), before.state(), now.state(), reason);
        }
        later(listener -> listener.nodeStateChanged(before, now));
    }

    void primary(@Nullable NodeStatus before, @Nullable NodeStatus now, @Nullable String noPrimaryReason) {
        String from = before == null ? "none" : before.name();
        String to = now == null ? "none" : now.name();
        if (from.equals(to)) {
            return;
        }
        if (quiet) {
            log.debug("[{}] primary: {} -> {}", router, from, to);
        } else if (now != null) {
            log.info("[{}] primary: {} -> {}", router, from, to);
        } else {
            log.warn("[{}] primary: {} -> none ({})", router, from, noPrimaryReason);
        }
        later(listener -> listener.primaryChanged(before, now));
    }

    void incompletePromotion(IncompletePromotion promotion) {
        log.error(
                "[{}] node {} was {}{}",
                router,
                promotion.to(),
                promotion.describe(),
                promotion.rejected()
                        ? ". Writes are refused (replication.routing.writes.on-incomplete-promotion)"
                        : ". It is written to all the same; look for them at " + promotion.from()
                                + " before that one is made its replica");
        listeners.forEach(listener -> supervisor.run(() -> listener.promotionIncomplete(promotion)));
    }

    void fallsBehind(NodeStatus node, double rate, Duration maxLag) {
        log.warn(
                "[{}] node {}: lag {} is more than half of max-lag {}, and {}",
                router,
                node.name(),
                node.lag() == null ? "unknown" : DurationFormat.of(node.lag()),
                DurationFormat.of(maxLag),
                Double.isNaN(rate)
                        ? "nothing is known of its trend"
                        : String.format(Locale.ROOT, "changes by %+.2f s a second", rate));
        later(listener -> listener.lagWarning(node, rate));
    }

    void recovered(NodeStatus node) {
        log.info("[{}] node {}: has caught up", router, node.name());
        later(listener -> listener.lagRecovered(node));
    }

    void elsewhere(NodeRecord watch) {
        log.info("[{}] node {}: leads to another server than before", router, watch.name());
        listeners.forEach(listener -> supervisor.run(() -> listener.serverChanged(watch.node)));
    }

    void semiSynchronous(NodeRecord watch) {
        boolean waits = Boolean.TRUE.equals(watch.semiSynchronous);
        if (waits) {
            log.info("[{}] node {}: semi-synchronous again: commits wait for a replica", router, watch.name());
        } else {
            log.warn(
                    "[{}] node {}: has fallen back to asynchronous replication: what it acknowledges now is on no replica"
                            + " yet, and would be lost with it",
                    router,
                    watch.name());
        }
        later(listener -> listener.semiSynchronousChanged(watch.node, waits));
    }

    /** Once a minute: where each probe opens a connection it may begin and end with every one. */
    void unseen(NodeRecord watch, ProbeFailure refusal, long now) {
        watch.tellsUnseen = now - watch.unseenToldAt >= BETWEEN_UNSEEN.toNanos();
        if (!watch.tellsUnseen) {
            return;
        }
        watch.unseenToldAt = now;
        log.warn(
                "[{}] node {}: cannot be probed ({}); the server answers, so it is used on as it was last seen",
                router,
                watch.name(),
                refusal.reason());
    }

    /** Warns each time, because a difference that was removed may return. */
    void difference(NodeRecord watch, SchemaErrors.SchemaError error) {
        log.warn(
                "[{}] node {}: its schema seems to differ from that of the other nodes: it alone answers with error {}"
                        + " ({}). Reads leave it, and try it again now and then",
                router,
                watch.name(),
                error.code(),
                error.message());
    }

    void noDifference(NodeRecord watch, SchemaErrors.SchemaError error) {
        log.info(
                "[{}] node {}: is used again, for error {} is met on another node, too",
                router,
                watch.name(),
                error.code());
    }

    void seenAgain(NodeRecord watch) {
        if (watch.tellsUnseen) {
            log.info("[{}] node {}: can be probed again", router, watch.name());
        }
    }

    void suspicion(NodeRecord watch, String why) {
        log.debug("[{}] node {}: suspected ({})", router, watch.name(), why);
    }

    void promotion(NodeRecord watch) {
        log.warn("[{}] node {}: was taken out of use, but is the primary now: in use again", router, watch.name());
    }

    void lostInReserve(NodeRecord watch, String why) {
        log.warn("[{}] node {}: does not answer any more ({}), and is still out of use", router, watch.name(), why);
        later(listener -> listener.lostInReserve(watch.node));
    }

    void removal(NodeRecord watch) {
        log.info("[{}] node {}: removed", router, watch.name());
    }

    /** Once for each node and text. */
    void warning(NodeRecord watch, String what) {
        if (watch.warned.add(what)) {
            log.warn("[{}] node {}: {}", router, watch.name(), what);
        }
    }

    private void later(Consumer<TopologyListener> news) {
        listeners.forEach(listener -> waiting.add(() -> news.accept(listener)));
    }

    /** Tells the listeners. */
    void deliver() {
        List<Runnable> news = List.copyOf(waiting);
        waiting.clear();
        news.forEach(supervisor::run);
    }
}
