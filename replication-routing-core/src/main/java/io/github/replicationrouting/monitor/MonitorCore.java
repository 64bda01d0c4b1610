package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;
import io.github.replicationrouting.monitor.NodeStateMachine.Signal;
import io.github.replicationrouting.monitor.PrimaryResolver.Finding;
import io.github.replicationrouting.monitor.PrimaryResolver.Verdict;
import io.github.replicationrouting.monitor.PrimaryResolver.View;
import io.github.replicationrouting.monitor.ProbeAnswer.Answered;
import io.github.replicationrouting.monitor.ProbeAnswer.Failed;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The monitor without its threads: when to look at which node, and what to make of the answers. Runs on one time line
 * only, so that nothing in it is locked; other threads see the snapshot.
 *
 * <p>In each round the primary is asked first and the others when it has answered, or a moment later if it does not: so
 * a replica that keeps up contains what the primary was just seen to have. A node is asked every interval whether or not
 * it has answered the last time, because a frozen one would otherwise cost a time-out per failure; and a failure that
 * comes at once, such as a refusal, is confirmed at once.
 */
final class MonitorCore {

    private static final Logger log = LoggerFactory.getLogger(TopologyMonitor.class);

    private static final Duration CONFIRM_AFTER = Duration.ofMillis(50);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(20);
    private static final Duration LEAST_BETWEEN_SUSPICIONS = Duration.ofMillis(100);
    private static final Duration PRIMARY_FIRST = Duration.ofMillis(100);
    private static final Duration BETWEEN_REFUSED_LOGINS = Duration.ofSeconds(5);

    private final String router;
    private final MonitorSettings settings;
    private final Timeline timeline;
    private final DoubleSupplier random;
    private final List<TopologyListener> listeners;
    private final Supervisor supervisor;
    private final List<NodeWatch> nodes = new ArrayList<>();
    private final LagHistory history = new LagHistory();
    private final CountDownLatch known = new CountDownLatch(1);

    private @Nullable NodeWatch primary;
    private boolean roundHeld;
    private boolean unsettled = true;
    private boolean decided;
    private long primarySeenAt;

    private volatile TopologySnapshot snapshot;

    MonitorCore(
            String router,
            List<Node> nodes,
            Function<Node, Prober> probers,
            MonitorSettings settings,
            Timeline timeline,
            DoubleSupplier random,
            List<TopologyListener> listeners,
            Supervisor supervisor) {
        this.router = router;
        this.settings = settings;
        this.timeline = timeline;
        this.random = random;
        this.listeners = List.copyOf(listeners);
        this.supervisor = supervisor;
        this.primarySeenAt = timeline.now();
        for (Node node : nodes) {
            this.nodes.add(new NodeWatch(node, probers.apply(node), timeline.now()));
        }
        this.snapshot = new TopologySnapshot(
                this.nodes.stream().map(watch -> watch.status).toList(), null, "no node has been probed yet");
    }

    /** Probes that may wait for one node at the same time. */
    static int mostAtOnce(MonitorSettings settings) {
        return Math.max(2, settings.failureThreshold());
    }

    TopologySnapshot snapshot() {
        return snapshot;
    }

    /** Opens when every node has shown itself, or that it does not. */
    CountDownLatch known() {
        return known;
    }

    void start() {
        timeline.execute(this::round);
    }

    void close() {
        timeline.close();
        for (NodeWatch watch : nodes) {
            watch.prober.close();
        }
    }

    /** Looks at a node soon. From any thread. */
    void suspect(Node node) {
        for (NodeWatch watch : nodes) {
            if (watch.node.name().equals(node.name()) && watch.suspected.compareAndSet(false, true)) {
                timeline.execute(() -> {
                    long sinceLast = timeline.now() - watch.lastLookNow;
                    Duration wait = LEAST_BETWEEN_SUSPICIONS.minusNanos(sinceLast);
                    timeline.schedule(
                            () -> {
                                watch.suspected.set(false);
                                watch.lastLookNow = timeline.now();
                                look(watch);
                            },
                            wait.isNegative() ? Duration.ZERO : wait);
                });
            }
        }
    }

    // --- when to look

    private void round() {
        timeline.schedule(this::round, jittered(settings.interval()));
        NodeWatch first = primary;
        if (first == null || !first.alive) {
            nodes.forEach(this::look);
            return;
        }
        roundHeld = true;
        look(first);
        Duration quarter = settings.interval().dividedBy(4);
        timeline.schedule(this::releaseRound, quarter.compareTo(PRIMARY_FIRST) < 0 ? quarter : PRIMARY_FIRST);
    }

    private void releaseRound() {
        if (roundHeld) {
            roundHeld = false;
            for (NodeWatch watch : nodes) {
                if (watch != primary) {
                    look(watch);
                }
            }
        }
    }

    private Duration jittered(Duration interval) {
        return Duration.ofNanos((long) (interval.toNanos() * (0.8 + 0.4 * random.getAsDouble())));
    }

    private void look(NodeWatch watch) {
        long now = timeline.now();
        if (now - watch.notBefore < 0) {
            return;
        }
        if (watch.inFlight >= mostAtOnce(settings)) {
            if (watch.unanswered == 0) {
                // All of them are overdue and still occupied, which no time limit of the driver has ended.
                failed(watch, ProbeFailure.unanswered(settings.timeout()));
            }
            return;
        }
        Probe probe = new Probe(now, asksReplication(watch), watch.renewsConnection(now));
        watch.inFlight++;
        watch.unanswered++;
        timeline.schedule(() -> overdue(watch, probe), settings.timeout());
        try {
            watch.prober.start(probe, answer -> timeline.execute(() -> answered(watch, probe, answer)));
        } catch (Throwable failure) {
            supervisor.report(failure);
            answered(watch, probe, new Failed(ProbeFailure.of(failure, settings.timeout())));
        }
    }

    private boolean asksReplication(NodeWatch watch) {
        if (watch == primary) {
            return watch.asksReplication(unsettled);
        }
        Duration lag = watch.lag.bound();
        boolean lagging = lag == null || !lag.isZero();
        return watch.asksReplication(unsettled || lagging || judgedByStatus(watch));
    }

    private boolean judgedByStatus(NodeWatch watch) {
        return switch (settings.lagProbe()) {
            case STATUS -> true;
            case AUTO -> !comparable(watch);
            case POSITION, NONE -> false;
        };
    }

    /** Whether the node's position can be held against the primary's, now or as soon as there is one. */
    private boolean comparable(NodeWatch watch) {
        Observation seen = watch.observation;
        return seen != null && seen.executed() != null && !(primary != null && history.isEmpty());
    }

    // --- what comes back

    private void answered(NodeWatch watch, Probe probe, ProbeAnswer answer) {
        watch.inFlight--;
        if (probe.settle()) {
            watch.unanswered--;
            take(watch, probe, answer);
        }
    }

    private void overdue(NodeWatch watch, Probe probe) {
        if (!probe.isSettled() && maySuspectItself(probe)) {
            timeline.schedule(() -> overdue(watch, probe), LOOK_AGAIN_AFTER);
        } else if (probe.settle()) {
            watch.unanswered--;
            Answered firstPart = probe.firstPart();
            if (firstPart != null) {
                watch.replicationHung();
            }
            take(watch, probe, firstPart != null ? firstPart : new Failed(ProbeFailure.unanswered(settings.timeout())));
        }
    }

    /** The first connection of a process loads and compiles the driver: no node is blamed for that. */
    private boolean maySuspectItself(Probe probe) {
        return timeline.now() - probe.launchedAt() < 2 * settings.timeout().toNanos()
                && nodes.stream().allMatch(watch -> watch.observation == null);
    }

    private void take(NodeWatch watch, Probe probe, ProbeAnswer answer) {
        if (answer instanceof Answered answered) {
            if (answered.sentAt() - watch.answeredAt > 0) {
                succeeded(watch, answered);
            }
        } else if (answer instanceof Failed failed && probe.launchedAt() - watch.answeredAt > 0) {
            failed(watch, failed.failure());
        }
        if (watch == primary || primary == null) {
            releaseRound();
        }
    }

    private void succeeded(NodeWatch watch, Answered answer) {
        Observation before = watch.observation;
        watch.answeredAt = answer.sentAt();
        watch.failures = 0;
        watch.failure = null;
        watch.alive = true;
        watch.lookedAt = true;
        watch.observation = answer.observation();
        watch.learn(answer.replication(), answer.sentAt());
        if (answer.replication() instanceof Replication.NotPermitted denied) {
            warn(
                    watch,
                    "the monitor's account may not see the state of replication; roles and lag come from positions"
                            + " alone. Give it: " + denied.grant());
        }
        evaluate(watch);
        boolean changed = before == null
                || before.writable() != answer.observation().writable()
                || !before.serverId().equals(answer.observation().serverId());
        if (changed && answer.replication() instanceof Replication.NotAsked && watch.asksReplication(true)) {
            look(watch);
        } else if (wantsAnotherLook(watch)) {
            timeline.schedule(() -> look(watch), LOOK_AGAIN_AFTER);
        }
    }

    private void failed(NodeWatch watch, ProbeFailure failure) {
        watch.lookedAt = true;
        watch.failure = failure;
        if (failure.kind() == ProbeFailure.Kind.MISCONFIGURED) {
            watch.notBefore = timeline.now() + BETWEEN_REFUSED_LOGINS.toNanos();
        }
        boolean busyButAlive = failure.kind() == ProbeFailure.Kind.OVERLOADED && watch.alive;
        if (!busyButAlive) {
            watch.failures++;
            boolean waitingForMore = watch.observation != null
                    && failure.kind() != ProbeFailure.Kind.MISCONFIGURED
                    && watch.failures < settings.failureThreshold();
            if (!waitingForMore) {
                watch.alive = false;
            } else if (watch.unanswered == 0) {
                timeline.schedule(() -> look(watch), CONFIRM_AFTER);
            }
        }
        evaluate(watch);
    }

    /** A new replica, or a new history: for a moment the one does not reach the other, and soon it will. */
    private boolean wantsAnotherLook(NodeWatch watch) {
        Observation seen = watch.observation;
        return watch != primary
                && watch.alive
                && seen != null
                && seen.executed() != null
                && !history.isEmpty()
                && !history.reachedBy(seen.executed())
                && timeline.now() - history.start() < settings.timeout().toNanos();
    }

    // --- what to make of it

    private void evaluate(NodeWatch probed) {
        if (nodes.stream().anyMatch(watch -> !watch.lookedAt)) {
            // The first writable node to answer is not the primary if the next one turns out to be writable, too.
            return;
        }
        boolean firstVerdict = !decided;
        decided = true;
        Verdict verdict = PrimaryResolver.resolve(
                nodes.stream().map(MonitorCore::view).toList(),
                primary == null ? -1 : nodes.indexOf(primary),
                this::follows);
        NodeStatus primaryBefore = primary == null ? null : primary.status;
        primary = verdict.primary() < 0 ? null : nodes.get(verdict.primary());
        boolean firstSample = samplePrimary();

        int candidates = primary == null ? 0 : 1;
        List<Runnable> news = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            NodeWatch watch = nodes.get(i);
            Finding finding = verdict.findings().get(i);
            candidates += finding.rival() ? 1 : 0;
            if (finding.warning() != null) {
                warn(watch, finding.warning());
            }
            judge(watch, finding, watch == probed || firstVerdict, firstSample, news);
        }
        unsettled = candidates != 1;
        NodeStatus primaryNow = primary == null ? null : primary.status;
        snapshot = new TopologySnapshot(
                nodes.stream().map(watch -> watch.status).toList(), primaryNow, verdict.noPrimaryReason());
        tellPrimary(primaryBefore, primaryNow, verdict.noPrimaryReason(), news);
        news.forEach(supervisor::run);
        if (firstSample) {
            nodes.stream().filter(this::wantsAnotherLook).forEach(this::look);
        }
        if (known.getCount() > 0 && nodes.stream().allMatch(this::isKnown)) {
            known.countDown();
        }
    }

    private static View view(NodeWatch watch) {
        return new View(
                watch.node.spec(),
                watch.alive,
                watch.observation,
                watch.replication,
                watch.failure == null ? null : "is down (" + watch.failure.reason() + ")");
    }

    /** Before there is a history to compare with, a server that has executed something may well have replicated it. */
    private boolean follows(@Nullable Position executed) {
        return history.isEmpty() ? executed != null && !executed.isEmpty() : history.reachedBy(executed);
    }

    /** Whether this was the first sample of a history. */
    private boolean samplePrimary() {
        if (primary == null || primary.observation == null) {
            return false;
        }
        primarySeenAt = primary.answeredAt;
        boolean wasEmpty = history.isEmpty();
        long start = wasEmpty ? 0 : history.start();
        history.add(primary.observation.written(), primary.answeredAt);
        return !history.isEmpty() && (wasEmpty || history.start() != start);
    }

    private void judge(NodeWatch watch, Finding finding, boolean probed, boolean firstSample, List<Runnable> news) {
        if ((probed || firstSample) && watch.observation != null) {
            watch.lag = watch == primary ? new Lag.Known(Duration.ZERO) : lagOf(watch);
        }
        Judgement judgement = signal(watch, finding);
        watch.machine.on(judgement.signal, probed && watch.alive);
        NodeState state = watch.machine.state();
        Observation seen = watch.observation;
        NodeStatus before = watch.status;
        NodeStatus now = new NodeStatus(
                watch.node,
                finding.role(),
                state,
                false,
                1,
                state == NodeState.ONLINE ? null : reason(watch, judgement),
                finding.role() == Role.PRIMARY
                        ? Duration.ZERO
                        : finding.role() == Role.REPLICA ? watch.lag.bound() : null,
                seen == null ? null : watch == primary ? seen.written() : seen.executed(),
                seen == null ? null : seen.server());
        watch.status = now;
        if (before.state() != now.state()) {
            tellState(before, now, news);
        }
    }

    private record Judgement(Signal signal, String reason) {}

    private Judgement signal(NodeWatch watch, Finding finding) {
        Observation seen = watch.observation;
        if (!watch.alive || seen == null) {
            return new Judgement(Signal.LOST, watch.failure == null ? "does not answer" : watch.failure.reason());
        }
        if (seen.offline()) {
            return new Judgement(Signal.LOST, "offline_mode is on");
        }
        if (watch == primary) {
            return new Judgement(Signal.PRIMARY, "");
        }
        if (finding.rival()) {
            return new Judgement(Signal.RIVAL, finding.doubt() == null ? "writable" : finding.doubt());
        }
        if (finding.role() != Role.REPLICA) {
            return new Judgement(Signal.UNDECIDED, finding.doubt() == null ? "role unknown" : finding.doubt());
        }
        return signal(watch.lag);
    }

    private Judgement signal(Lag lag) {
        if (lag instanceof Lag.NotJudged) {
            return new Judgement(Signal.FRESH, "");
        }
        if (lag instanceof Lag.Known known) {
            Duration bound = known.bound();
            return bound.compareTo(settings.maxLag()) > 0
                    ? new Judgement(
                            Signal.STALE, "lag " + Words.of(bound) + " above max-lag " + Words.of(settings.maxLag()))
                    : bound.compareTo(settings.readmitLag()) > 0
                            ? new Judgement(
                                    Signal.WITHIN,
                                    "lag " + Words.of(bound) + " above readmit-lag " + Words.of(settings.readmitLag()))
                            : new Judgement(Signal.FRESH, "");
        }
        if (lag instanceof Lag.MoreThan more && more.least().compareTo(settings.maxLag()) > 0) {
            return new Judgement(
                    Signal.STALE,
                    "lag more than " + Words.of(more.least()) + ", above max-lag " + Words.of(settings.maxLag()));
        }
        if (primary == null) {
            // Stale reads are better than none, and nobody can be asked what stale would mean.
            return new Judgement(Signal.FRESH, "");
        }
        return new Judgement(
                Signal.UNDECIDED, lag instanceof Lag.Unknown unknown ? unknown.why() : "has not caught up yet");
    }

    private Lag lagOf(NodeWatch watch) {
        LagProbe by = settings.lagProbe();
        boolean ownReplication = !(watch.replication instanceof Replication.Channels)
                || !watch.channels().isEmpty();
        Observation seen = watch.observation;
        Position executed = seen == null ? null : seen.executed();
        boolean declared = watch.node.spec().declaredRole() == DeclaredRole.REPLICA;
        boolean tellsNothing = executed == null && !(watch.replication instanceof Replication.Channels);
        if (by == LagProbe.NONE || (declared && (!ownReplication || tellsNothing))) {
            return new Lag.NotJudged();
        }
        // While the primary cannot be asked, time stands still: what it has done since nobody knows.
        long now = primary != null ? timeline.now() : primarySeenAt;
        if (judgedByStatus(watch)) {
            return watch.statusLag(now);
        }
        if (executed == null || history.isEmpty()) {
            return new Lag.Unknown("lag unknown: no position to compare");
        }
        return history.reachedBy(executed)
                ? new Lag.Known(Duration.ofNanos(history.lag(executed, now)))
                : new Lag.MoreThan(Duration.ofNanos(Math.max(0, now - history.start())));
    }

    private String reason(NodeWatch watch, Judgement judgement) {
        if (judgement.signal == Signal.FRESH) {
            return "recovering: " + watch.machine.freshProbes() + " of " + NodeStateMachine.READMISSION_PROBES
                    + " good probes";
        }
        boolean aboutLag = judgement.signal == Signal.STALE
                || judgement.signal == Signal.WITHIN
                || judgement.signal == Signal.UNDECIDED;
        String trouble = aboutLag ? watch.trouble() : "";
        return trouble.isEmpty() || judgement.reason.contains(trouble)
                ? judgement.reason
                : trouble + "; " + judgement.reason;
    }

    private boolean isKnown(NodeWatch watch) {
        return !wantsAnotherLook(watch)
                && !(watch.alive && watch.replication instanceof Replication.NotAsked && watch.unanswered > 0);
    }

    // --- whom to tell

    private void tellState(NodeStatus before, NodeStatus now, List<Runnable> news) {
        String reason = now.reason() == null ? "" : " (" + now.reason() + ")";
        String line = "[{}] node {}: {} -> {}{}";
        if (known.getCount() > 0) {
            // The line at the start says it all at once.
            log.debug(line, router, now.name(), before.state(), now.state(), reason);
        } else if (now.state() == NodeState.ONLINE) {
            log.info(line, router, now.name(), before.state(), now.state(), reason);
        } else {
            log.warn(line, router, now.name(), before.state(), now.state(), reason);
        }
        listeners.forEach(listener -> news.add(() -> listener.nodeStateChanged(before, now)));
    }

    private void tellPrimary(
            @Nullable NodeStatus before,
            @Nullable NodeStatus now,
            @Nullable String noPrimaryReason,
            List<Runnable> news) {
        String from = before == null ? "none" : before.name();
        String to = now == null ? "none" : now.name();
        if (from.equals(to)) {
            return;
        }
        if (known.getCount() > 0) {
            log.debug("[{}] primary: {} -> {}", router, from, to);
        } else if (now != null) {
            log.info("[{}] primary: {} -> {}", router, from, to);
        } else {
            log.warn("[{}] primary: {} -> none ({})", router, from, noPrimaryReason);
        }
        listeners.forEach(listener -> news.add(() -> listener.primaryChanged(before, now)));
    }

    private void warn(NodeWatch watch, String what) {
        if (watch.warned.add(what)) {
            log.warn("[{}] node {}: {}", router, watch.name(), what);
        }
    }
}
