package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.internal.monitor.NodeEvaluator.Judgement;
import io.github.replicationrouting.internal.monitor.NodeStateMachine.Signal;
import io.github.replicationrouting.internal.monitor.ProbeResult.Answered;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.internal.topology.PublishedTopology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The monitor without its threads. Whatever happens (an answer, a failure, a complaint of the application, a wish of an
 * operator) is noted at the node, then all nodes are judged anew, and a snapshot is published. Runs on one time line
 * only, so that nothing in it is locked; other threads see the snapshot.
 */
final class MonitorCore implements ProbeScheduler.Results, SchemaErrors.Results {

    private static final Duration BETWEEN_REFUSED_LOGINS = Duration.ofSeconds(5);
    private static final Duration BETWEEN_IDLE_LOOKS = Duration.ofMillis(50);

    /** A decision of a moment ago may be about to take a connection. */
    private static final int IDLE_LOOKS = 2;

    private final ConnectionBreakers breakers;
    private final MonitorSettings settings;
    private final MonitorScheduler timeline;
    private final MonitoredNodes members = new MonitoredNodes();
    private final LagMeter lags;
    private final PrimaryTracker primaries;
    private final NodeEvaluator judge;
    private final ProbeScheduler rounds;
    private final TopologyChangePublisher announcements;
    private final CountDownLatch known = new CountDownLatch(1);

    private boolean unsettled = true;

    /** Whether the primary is known but for one more answer of the other nodes. */
    private boolean wasPending;

    private boolean decided;

    private final PublishedTopology published;

    MonitorCore(
            String router,
            List<Node> nodes,
            Function<Node, Prober> probers,
            ConnectionBreakers breakers,
            MonitorSettings settings,
            MonitorScheduler timeline,
            DoubleSupplier random,
            List<TopologyListener> listeners,
            RouterMetrics metrics,
            WritePolicy writes,
            FailureGuard supervisor) {
        this.breakers = breakers;
        this.settings = settings;
        this.timeline = timeline;
        this.lags = new LagMeter(members, settings, timeline);
        this.primaries = new PrimaryTracker(writes, settings);
        this.judge = new NodeEvaluator(members, settings);
        this.announcements = new TopologyChangePublisher(router, listeners, supervisor);
        this.rounds = new ProbeScheduler(
                members, settings, timeline, random, metrics, supervisor, this::interval, this::asksReplication, this);
        for (Node node : nodes) {
            members.claim(node.name());
            members.add(watch(node, probers.apply(node)));
        }
        this.published = new PublishedTopology(new TopologySnapshot(
                members.stream().map(watch -> watch.status).toList(), null, "no node has been probed yet"));
    }

    private NodeRecord watch(Node node, Prober prober) {
        CircuitBreaker breaker = breakers.of(node);
        breaker.getEventPublisher().onStateTransition(event -> timeline.execute(() -> evaluate(null)));
        return new NodeRecord(
                node, prober, breaker, settings.evictionWindow(), settings.maxLag(), timeline.now(), decided);
    }

    TopologySnapshot snapshot() {
        return published.snapshot();
    }

    /** The snapshots, for those who wait for the next. */
    PublishedTopology published() {
        return published;
    }

    /** Opens when every node has shown itself, or that it does not. */
    CountDownLatch known() {
        return known;
    }

    void start() {
        timeline.execute(rounds::round);
    }

    void close() {
        timeline.close();
        published.close();
        members.forEach(watch -> watch.prober.close());
    }

    // --- what others want, from any thread

    /** Watches one more node, which serves once it has answered and caught up. */
    void add(Node node, Prober prober) {
        members.claim(node.name());
        timeline.execute(() -> {
            NodeRecord watch = watch(node, prober);
            members.add(watch);
            evaluate(null);
            rounds.look(watch);
        });
    }

    /** Forgets a node, whatever runs on it. */
    void remove(Node node) {
        members.renounce(node.name());
        timeline.execute(
                () -> members.stream().filter(watch -> watch.node == node).forEach(this::leave));
    }

    private void leave(NodeRecord watch) {
        watch.removed = true;
        members.remove(watch);
        watch.prober.close();
        breakers.remove(watch.node);
        announcements.removal(watch);
        if (watch == members.primary) {
            members.primary = null;
            announcements.primary(watch.status, null, "node " + watch.name() + " was removed");
        }
        evaluate(null);
    }

    /**
     * The application has met an error at a node: looks at it soon.
     *
     * @param accuses whether the error speaks against the node, so that a replica is left until it answers
     */
    void suspect(Node node, boolean accuses) {
        for (NodeRecord watch : members) {
            if (watch.node == node) {
                if (accuses && watch.accused.compareAndSet(false, true)) {
                    timeline.execute(() -> accuse(watch));
                }
                rounds.request(watch);
            }
        }
    }

    @Override
    public void differs(Node node, SchemaErrors.SchemaError error, long until, boolean isNews) {
        timeline.execute(
                () -> members.stream().filter(watch -> watch.node == node).forEach(watch -> {
                    watch.differs(error, until);
                    if (isNews) {
                        announcements.difference(watch, error);
                    }
                    timeline.schedule(() -> evaluate(null), Duration.ofNanos(Math.max(0, until - timeline.now())));
                    evaluate(null);
                }));
    }

    @Override
    public void isNoDifference(Node node, SchemaErrors.SchemaError error) {
        timeline.execute(
                () -> members.stream().filter(watch -> watch.node == node).forEach(watch -> {
                    watch.isNoDifference(error);
                    announcements.noDifference(watch, error);
                    evaluate(null);
                }));
    }

    /** What one statement met is no verdict, and the primary cannot be left for a suspicion. */
    private void accuse(NodeRecord watch) {
        watch.accused.set(false);
        if (watch != members.primary) {
            suspect(watch, "a statement failed on it");
        }
    }

    /**
     * Takes a node out of use, or lets it back in.
     *
     * @return completes when the snapshot shows it, with false when the node is the primary and was not drained
     */
    CompletableFuture<Boolean> reserve(Node node, boolean drain) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        timeline.execute(() -> {
            boolean refused = drain && members.primary != null && members.primary.node == node;
            if (!refused) {
                members.stream()
                        .filter(watch -> watch.node == node && watch.machine.isReserved() != drain)
                        .forEach(watch -> reserve(watch, drain));
            }
            done.complete(!refused);
        });
        return done;
    }

    private void reserve(NodeRecord watch, boolean drain) {
        watch.machine.on(drain ? Signal.DRAIN : Signal.UNDRAIN, timeline.now());
        watch.idleLooks = 0;
        evaluate(null);
        awaitIdle(watch);
    }

    private void awaitIdle(NodeRecord watch) {
        if (watch.removed || watch.machine.state() != NodeState.DRAINING) {
            return;
        }
        watch.idleLooks = watch.node.inFlight() == 0 ? watch.idleLooks + 1 : 0;
        if (watch.idleLooks < IDLE_LOOKS) {
            timeline.schedule(() -> awaitIdle(watch), BETWEEN_IDLE_LOOKS);
        } else {
            watch.machine.on(Signal.IDLE, timeline.now());
            evaluate(null);
        }
    }

    /** Writes to a node although it was promoted without everything that its predecessor had. */
    void acceptPromotion() {
        timeline.execute(() -> {
            primaries.acceptPromotion(members.all());
            members.forEach(rounds::look);
        });
    }

    // --- what comes back

    private Duration interval() {
        return primaries.interval(settings.interval(), members.primary, timeline.now());
    }

    private boolean asksReplication(NodeRecord watch) {
        if (watch == members.primary) {
            return watch.asksReplication(unsettled);
        }
        Duration lag = watch.lag.bound();
        boolean lagging = lag == null || !lag.isZero();
        // Of a replica that is writable all along only the removal of its source shows that it was promoted, and when.
        boolean writable = watch.observation != null && watch.observation.writable();
        return watch.asksReplication(unsettled || lagging || writable || lags.needsReplication(watch));
    }

    @Override
    public void answered(NodeRecord watch, Answered answer) {
        Answer earlier = watch.sighting();
        Observation before = watch.observation;
        watch.answeredAt = answer.sentAt();
        watch.arrivedAt = timeline.now();
        watch.trust(answer.sentAt());
        watch.failures = 0;
        watch.failure = null;
        if (watch.isUnseen()) {
            watch.refusal = null;
            announcements.seenAgain(watch);
        }
        watch.alive = true;
        watch.lookedAt = true;
        watch.observation = answer.observation();
        if (watch.noteSemiSynchronous(answer.observation())) {
            announcements.semiSynchronous(watch);
        }
        watch.learn(answer.replication(), answer.sentAt());
        watch.roles = watch.roles.after(earlier, Objects.requireNonNull(watch.sighting()));
        String filters = watch.filters();
        if (!filters.isEmpty()) {
            announcements.warning(
                    watch,
                    "replicates through a filter (" + filters
                            + "): it lacks rows although its position says that it has"
                            + " them, which no look at positions shows. Take the filter away, or do not read from it");
        }
        if (answer.replication() instanceof Replication.NotPermitted denied) {
            boolean countsTransactions = answer.observation().executed() != null;
            announcements.warning(
                    watch,
                    "the monitor's account may not see the state of replication; "
                            + (countsTransactions
                                    ? "roles and lag come from positions alone. Give it: "
                                    : "without GTIDs there is no other way to tell the lag. Give it: ")
                            + denied.grant()
                            + " (<account>: that of replication.routing.monitor.username, or else the node's own)");
        }
        evaluate(watch);
        if (before != null && isElsewhere(watch, before, answer.observation())) {
            announcements.elsewhere(watch);
        }
        boolean changed = before == null
                || before.writable() != answer.observation().writable()
                || !before.serverId().equals(answer.observation().serverId());
        if (changed && answer.replication() instanceof Replication.NotAsked && watch.asksReplication(true)) {
            rounds.look(watch);
        } else if (lags.wantsAnotherLook(watch)) {
            rounds.lookAgain(watch);
        }
    }

    private static boolean isElsewhere(NodeRecord watch, Observation before, Observation now) {
        NodeSpec spec = watch.node.spec();
        return spec.kind() == NodeKind.ENDPOINT
                && spec.declaredRole() == DeclaredRole.PRIMARY
                && !before.serverId().equals(now.serverId());
    }

    @Override
    public void failed(NodeRecord watch, ProbeFailure failure) {
        watch.lookedAt = true;
        if (failure.kind() == ProbeFailure.Kind.MISCONFIGURED) {
            watch.notBefore = timeline.now() + BETWEEN_REFUSED_LOGINS.toNanos();
        }
        if (failure.isRefusal() && watch.alive) {
            refused(watch, failure);
        } else {
            watch.failure = failure;
            watch.refusal = null;
            watch.failures++;
            watch.suspect(failure.reason(), timeline.now());
            boolean waitingForMore = watch.observation != null
                    && failure.kind() != ProbeFailure.Kind.MISCONFIGURED
                    && watch.failures < settings.failureThreshold();
            if (waitingForMore) {
                rounds.confirm(watch);
            } else {
                if (watch.alive && watch.machine.isReserved()) {
                    announcements.lostInReserve(watch, failure.reason());
                }
                watch.lose(timeline.now());
            }
        }
        evaluate(watch);
    }

    /** The server lives, and nothing else is known: its state stays, and no connection is cut off. */
    private void refused(NodeRecord watch, ProbeFailure refusal) {
        boolean news = watch.refusal == null;
        watch.refusal = refusal;
        watch.failure = null;
        watch.failures = 0;
        watch.trust(timeline.now());
        if (news) {
            announcements.unseen(watch, refusal, timeline.now());
        }
    }

    @Override
    public void overdue(NodeRecord watch, Duration waited) {
        suspect(watch, "no answer for " + DurationFormat.of(waited) + " yet");
    }

    private void suspect(NodeRecord watch, String why) {
        boolean news = watch.suspicion == null;
        watch.suspect(why, timeline.now());
        if (news) {
            announcements.suspicion(watch, why);
            evaluate(null);
        }
    }

    // --- what to make of it

    /** @param probed the node that was just looked at, or null when something else has changed */
    private void evaluate(@Nullable NodeRecord probed) {
        if (!decided && members.stream().anyMatch(watch -> !watch.lookedAt)) {
            // The first writable node to answer is not the primary if the next one turns out to be writable, too.
            return;
        }
        boolean firstOutcome = !decided;
        decided = true;
        ElectionResult outcome =
                primaries.elect(members.all(), this::absence, lags::follows, announcements::incompletePromotion);
        NodeStatus primaryBefore = members.primary == null ? null : members.primary.status;
        members.primary = outcome.primary() < 0 ? null : members.get(outcome.primary());
        boolean firstSample = lags.samplePrimary();

        boolean needed = tooFewServe();
        boolean contested = false;
        for (int i = 0; i < members.size(); i++) {
            NodeRecord watch = members.get(i);
            NodeAssessment finding =
                    orFormerReplica(watch, outcome.assessments().get(i));
            contested |= finding.rival();
            if (finding.warning() != null) {
                announcements.warning(watch, finding.warning());
            }
            boolean looked = watch == probed || firstOutcome;
            boolean compared = (looked || probed == members.primary) && lags.findsAhead(watch);
            if ((looked || firstSample || compared) && watch.observation != null) {
                watch.shown(watch == members.primary ? new Lag.Known(Duration.ZERO) : lags.lagOf(watch));
            }
            judge(watch, finding, looked && watch.alive && !watch.isUnseen(), needed);
        }
        unsettled = members.primary == null || contested;
        NodeStatus primaryNow = members.primary == null ? null : members.primary.status;
        publish(new TopologySnapshot(
                members.stream().map(watch -> watch.status).toList(), primaryNow, outcome.noPrimaryReason()));
        announcements.primary(primaryBefore, primaryNow, outcome.noPrimaryReason());
        announcements.deliver();
        if (firstSample) {
            members.stream().filter(lags::wantsAnotherLook).forEach(rounds::look);
        }
        boolean pending = outcome.reason() == ElectionResult.Reason.PENDING;
        if (pending && !wasPending) {
            members.forEach(rounds::request);
        }
        wasPending = pending;
        if (known.getCount() > 0 && !pending && members.stream().allMatch(this::isKnown)) {
            announcements.speakUp();
            known.countDown();
        }
    }

    /**
     * A replica that has lost its source while no primary is known, as in the middle of a failover, has the data that it had:
     * stale reads are better than none.
     */
    private NodeAssessment orFormerReplica(NodeRecord watch, NodeAssessment finding) {
        boolean readOnly = watch.alive && watch.observation != null && !watch.observation.writable();
        boolean doubted = finding.role() == Role.UNKNOWN && !finding.rival() && finding.warning() == null;
        return members.primary == null && readOnly && doubted && watch.status.role() == Role.REPLICA
                ? new NodeAssessment(Role.REPLICA, false, finding.reason(), null)
                : finding;
    }

    private void publish(TopologySnapshot now) {
        TopologySnapshot before = published.snapshot();
        published.publish(now);
        announcements.snapshot(before, now);
    }

    private @Nullable String absence(NodeRecord watch) {
        if (watch.refusal != null) {
            return "cannot be probed (" + watch.refusal.reason() + ")";
        }
        return watch.failure == null ? null : "is down (" + ReplicaReports.reason(watch, members) + ")";
    }

    /** Less than half of the replicas, as for Envoy's panic threshold: then who is fit shall not have to wait. */
    private boolean tooFewServe() {
        long replicas = members.stream()
                .filter(watch -> watch.status.role() == Role.REPLICA && !watch.machine.isReserved())
                .count();
        long serving = members.stream()
                .filter(watch -> watch.status.role() == Role.REPLICA && watch.status.state() == NodeState.ONLINE)
                .count();
        return 2 * serving < replicas;
    }

    private void judge(NodeRecord watch, NodeAssessment finding, boolean newProbe, boolean needed) {
        long now = timeline.now();
        Judgement judgement = judge.judge(watch, finding);
        NodeState before = watch.machine.state();
        boolean reserved = watch.machine.isReserved();
        watch.machine.on(judgement.signal(), newProbe, now, needed);
        NodeState state = watch.machine.state();
        if (reserved && watch == members.primary) {
            announcements.promotion(watch);
        }
        if (state == NodeState.ONLINE && before != NodeState.ONLINE) {
            watch.enteredAt = now;
            watch.warmsUp = known.getCount() == 0 && !settings.slowStart().isZero();
        }
        NodeStatus last = watch.status;
        watch.status = status(watch, finding, judgement, now);
        if (last.state() != state) {
            announcements.state(last, watch.status);
        }
        Duration lag = watch.status.lag();
        if (newProbe && lag != null) {
            switch (watch.trend.add(lag, now)) {
                case FALLS_BEHIND -> announcements.fallsBehind(watch.status, watch.trend.rate(), settings.maxLag());
                case RECOVERED -> announcements.recovered(watch.status);
                case NONE -> {}
            }
        }
    }

    private NodeStatus status(NodeRecord watch, NodeAssessment finding, Judgement judgement, long now) {
        Observation seen = watch.observation;
        Role role = finding.role();
        String suspicion = suspicion(watch, role, now);
        return new NodeStatus(
                watch.node,
                role,
                watch.machine.state(),
                suspicion != null,
                judge.share(watch, role, now),
                suspicion == null ? reason(watch, judgement, now) : "suspected: " + suspicion,
                lag(watch, role),
                lags.freshness(watch, role),
                position(watch),
                seen == null ? null : seen.server(),
                watch.semiSynchronous);
    }

    /** Of one that does not answer nobody knows how far it is behind by now. */
    private static @Nullable Duration lag(NodeRecord watch, Role role) {
        if (role == Role.PRIMARY) {
            return Duration.ZERO;
        }
        return role == Role.REPLICA && watch.machine.state() != NodeState.DOWN ? watch.lag.bound() : null;
    }

    /** What speaks against a node that is in use, though it proves nothing. */
    private static @Nullable String suspicion(NodeRecord watch, Role role, long now) {
        BreakerWatch.View breaker = watch.breaker.look(now, watch.alive);
        if (watch.machine.state() != NodeState.ONLINE || watch.suspicion != null) {
            return watch.machine.state() == NodeState.ONLINE ? watch.suspicion : null;
        }
        String difference = role == Role.REPLICA ? watch.difference(now) : null;
        if (difference != null) {
            return difference;
        }
        return role == Role.REPLICA && breaker == BreakerWatch.View.OPEN
                ? "its pool cannot open connections (circuit breaker open)"
                : null;
    }

    /** Of a replica behind an endpoint nobody knows: the next connection may lead to another one. */
    private @Nullable Position position(NodeRecord watch) {
        Observation seen = watch.observation;
        if (seen == null) {
            return null;
        }
        if (watch == members.primary) {
            return seen.written();
        }
        return watch.isEndpoint() ? null : lags.executed(watch);
    }

    /** Why a node is not in use, or not fully, or not seen. */
    private @Nullable String reason(NodeRecord watch, Judgement judgement, long now) {
        String reason = reasonOfState(watch, judgement, now);
        if (watch.refusal == null) {
            return reason;
        }
        String unseen = "cannot be probed (" + watch.refusal.reason() + "), what was last seen stands";
        return reason == null ? unseen : reason + "; " + unseen;
    }

    private @Nullable String reasonOfState(NodeRecord watch, Judgement judgement, long now) {
        boolean fresh = judgement.reason().isEmpty();
        switch (watch.machine.state()) {
            case ONLINE -> {
                return fresh ? null : judgement.reason();
            }
            case DRAINING -> {
                return "taken out of use; " + watch.node.inFlight() + " in flight"
                        + (fresh ? "" : "; " + judgement.reason());
            }
            case DRAINED -> {
                return "taken out of use" + (fresh ? "" : "; " + judgement.reason());
            }
            default -> {
                return fresh ? watch.machine.recovery(now) : judgement.reason();
            }
        }
    }

    private boolean isKnown(NodeRecord watch) {
        return !lags.wantsAnotherLook(watch)
                && !(watch.alive && watch.replication instanceof Replication.NotAsked && watch.unanswered > 0);
    }
}
