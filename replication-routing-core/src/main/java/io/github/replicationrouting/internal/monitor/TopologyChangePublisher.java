package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.RingCheck.Diverged;
import io.github.replicationrouting.internal.monitor.errors.SchemaErrors.SchemaError;
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

/**
 * Logs each change immediately, and notifies the listeners of it once the snapshot that shows it is published. On the
 * monitor's thread only.
 */
final class TopologyChangePublisher {

    private static final Logger log = LoggerFactory.getLogger(TopologyMonitor.class);

    private final String router;
    private final List<TopologyListener> listeners;
    private final FailureGuard failureGuard;
    private final List<Runnable> pending = new ArrayList<>();
    private boolean starting = true;

    TopologyChangePublisher(String router, List<TopologyListener> listeners, FailureGuard failureGuard) {
        this.router = router;
        this.listeners = List.copyOf(listeners);
        this.failureGuard = failureGuard;
    }

    /** Ends the start, whose changes are logged at debug level: one line then shows all that was found. */
    void started() {
        starting = false;
    }

    // --- with the snapshot

    /** Notifies the listeners of a snapshot immediately, before everything that is pending. */
    void snapshot(TopologySnapshot before, TopologySnapshot now) {
        listeners.forEach(listener -> failureGuard.run(() -> listener.snapshotPublished(before, now)));
    }

    /** Notifies the listeners of what is pending. */
    void deliver() {
        List<Runnable> notifications = List.copyOf(pending);
        pending.clear();
        notifications.forEach(failureGuard::run);
    }

    private void later(Consumer<TopologyListener> notification) {
        listeners.forEach(listener -> pending.add(() -> notification.accept(listener)));
    }

    // --- states and roles

    void state(NodeStatus before, NodeStatus now) {
        String reason = now.reason() == null ? "" : " (" + now.reason() + ")";
        String line = "[{}] node {}: {} -> {}{}";
        boolean wanted = now.state() == NodeState.ONLINE
                || now.state() == NodeState.DRAINING
                || now.state() == NodeState.DRAINED;
        if (starting) {
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
        if (starting) {
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
                        : ". Writes go to it nevertheless; recover what is missing from " + promotion.from()
                                + " before that node is made its replica");
        listeners.forEach(listener -> failureGuard.run(() -> listener.promotionIncomplete(promotion)));
    }

    void serverChanged(NodeRecord record) {
        log.info("[{}] node {}: leads to another server than before", router, record.name());
        listeners.forEach(listener -> failureGuard.run(() -> listener.serverChanged(record.node())));
    }

    void semiSynchronous(NodeRecord record) {
        boolean waits = Boolean.TRUE.equals(record.answer().semiSynchronous());
        if (waits) {
            log.info("[{}] node {}: semi-synchronous again: commits wait for a replica", router, record.name());
        } else {
            log.warn(
                    "[{}] node {}: has fallen back to asynchronous replication: what it acknowledges now is on no replica"
                            + " yet, and would be lost with it",
                    router,
                    record.name());
        }
        later(listener -> listener.semiSynchronousChanged(record.node(), waits));
    }

    /** Warns about settings with which servers that are in no group may diverge. */
    void ringProblem(String text) {
        log.warn("[{}] {}", router, text);
    }

    void diverged(NodeRecord record, Diverged diverged) {
        log.error(
                "[{}] node {}: {}{}",
                router,
                record.name(),
                diverged.reason(),
                diverged.evicted() ? "" : ". It stays in use, because all nodes have diverged");
        later(listener -> listener.diverged(record.node(), diverged.source(), diverged.errorCode(), diverged.reason()));
    }

    void appliesAgain(NodeRecord record) {
        log.info("[{}] node {}: applies the changes of the other servers again", router, record.name());
    }

    void removed(NodeRecord record) {
        log.info("[{}] node {}: removed", router, record.name());
    }

    // --- lag

    void lagWarning(NodeStatus node, double rate, Duration maxLag) {
        log.warn(
                "[{}] node {}: lag {} is more than half of max-lag {}, and {}",
                router,
                node.name(),
                node.lag() == null ? "unknown" : DurationFormat.of(node.lag()),
                DurationFormat.of(maxLag),
                Double.isNaN(rate)
                        ? "its trend is not known yet"
                        : String.format(Locale.ROOT, "changes by %+.2f s per second", rate));
        later(listener -> listener.lagWarning(node, rate));
    }

    void lagRecovered(NodeStatus node) {
        log.info("[{}] node {}: has caught up", router, node.name());
        later(listener -> listener.lagRecovered(node));
    }

    // --- probes and errors

    void suspected(NodeRecord record, String why) {
        log.debug("[{}] node {}: suspected ({})", router, record.name(), why);
    }

    void probeRefused(NodeRecord record, ProbeFailure refusal, long now) {
        if (record.warnings().logsRefusal(now)) {
            log.warn(
                    "[{}] node {}: cannot be probed ({}); the server answers, so the node stays in use as it was last seen",
                    router,
                    record.name(),
                    refusal.reason());
        }
    }

    void probeAccepted(NodeRecord record) {
        if (record.warnings().isRefusalLogged()) {
            log.info("[{}] node {}: can be probed again", router, record.name());
        }
    }

    /** Warns each time, because a difference that was removed may return. */
    void schemaDiffers(NodeRecord record, SchemaError error) {
        log.warn(
                "[{}] node {}: its schema seems to differ from that of the other nodes: it alone answers with error {}"
                        + " ({}). Reads avoid it, and try it again from time to time",
                router,
                record.name(),
                error.code(),
                error.message());
    }

    void schemaDiffersNoMore(NodeRecord record, SchemaError error) {
        log.info(
                "[{}] node {}: in use again, because another node answers with error {}, too",
                router,
                record.name(),
                error.code());
    }

    /** Logs a warning, once for each node and text. */
    void warning(NodeRecord record, String text) {
        if (record.warnings().isFirst(text)) {
            log.warn("[{}] node {}: {}", router, record.name(), text);
        }
    }

    // --- drained nodes

    void drainedNodeBecamePrimary(NodeRecord record) {
        log.warn("[{}] node {}: was drained, but is the primary now: in use again", router, record.name());
    }

    void drainedNodeDown(NodeRecord record, String why) {
        log.warn("[{}] node {}: no longer answers ({}), and is still drained", router, record.name(), why);
        later(listener -> listener.drainedNodeDown(record.node()));
    }
}
