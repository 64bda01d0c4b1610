package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.monitor.errors.PoolHealth;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.errors.SchemaErrors;
import io.github.replicationrouting.internal.monitor.errors.SchemaErrors.SchemaError;
import io.github.replicationrouting.internal.monitor.node.LagMeter;
import io.github.replicationrouting.internal.monitor.node.MonitoredNodes;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeStatuses;
import io.github.replicationrouting.internal.monitor.node.ReplicaReports;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.MonitorScheduler;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult.Answered;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.internal.topology.PublishedTopology;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The monitor without its threads. Whatever happens (an answer, a failure, an error of the application, a request of an
 * operator) is noted in the record of the node, then all nodes are evaluated anew, and a snapshot is published. All of
 * it runs on the thread of one scheduler, so that nothing is locked; other threads see the snapshot.
 */
final class MonitorCore implements ProbeScheduler.Results, SchemaErrors.Results {

    private final MonitorSettings settings;
    private final MonitorScheduler scheduler;
    private final PoolHealthRegistry poolHealth;
    private final MonitoredNodes nodes = new MonitoredNodes();
    private final LagMeter lagMeter;
    private final PrimaryTracker primaryTracker;
    private final NodeTransitions transitions;
    private final DrainControl drains;
    private final ProbeScheduler probes;
    private final TopologyChangePublisher publisher;
    private final AnswerWarnings warnings;
    private final RingReport ring;
    private final PublishedTopology published;
    private final CountDownLatch known = new CountDownLatch(1);

    /** Whether there is no primary, or another node claims to be one. */
    private boolean unsettled = true;

    /** Whether the primary is known but for one more answer of the other nodes. */
    private boolean wasPending;

    /** Whether each node has been probed once, so that the primary can be elected. */
    private boolean evaluated;

    MonitorCore(
            String router,
            List<Node> nodes,
            Function<Node, Prober> probers,
            PoolHealthRegistry poolHealth,
            MonitorSettings settings,
            MonitorScheduler scheduler,
            DoubleSupplier random,
            List<TopologyListener> listeners,
            RouterMetrics metrics,
            TopologyKind topology,
            WriteSettings writes,
            FailureGuard failureGuard) {
        this.poolHealth = poolHealth;
        this.settings = settings;
        this.scheduler = scheduler;
        boolean multiPrimary = topology == TopologyKind.MULTI_PRIMARY;
        this.lagMeter = new LagMeter(this.nodes, settings, scheduler, multiPrimary);
        this.primaryTracker = new PrimaryTracker(topology, writes, settings);
        this.publisher = new TopologyChangePublisher(router, listeners, failureGuard);
        this.warnings = new AnswerWarnings(publisher);
        this.ring = new RingReport(publisher);
        NodeEvaluator evaluator = new NodeEvaluator(this.nodes, settings);
        this.transitions = new NodeTransitions(
                this.nodes,
                settings,
                scheduler,
                lagMeter,
                evaluator,
                new NodeStatuses(this.nodes, lagMeter, evaluator),
                publisher);
        this.drains = new DrainControl(this.nodes, scheduler, this::evaluate, multiPrimary);
        this.probes = new ProbeScheduler(
                this.nodes,
                settings,
                scheduler,
                random,
                metrics,
                failureGuard,
                this::interval,
                this::asksReplication,
                this);
        for (Node node : nodes) {
            this.nodes.reserveName(node.name());
            this.nodes.add(recordOf(node, probers.apply(node)));
        }
        this.published = new PublishedTopology(new TopologySnapshot(statuses(), null, "no node has been probed yet"));
    }

    private NodeRecord recordOf(Node node, Prober prober) {
        PoolHealth pool = poolHealth.of(node);
        pool.onAttemptThatMatters(() -> scheduler.execute(this::evaluate));
        return new NodeRecord(node, prober, pool, settings, scheduler.now(), evaluated);
    }

    private List<NodeStatus> statuses() {
        return nodes.stream().map(NodeRecord::status).toList();
    }

    TopologySnapshot snapshot() {
        return published.snapshot();
    }

    /** The snapshots, for threads that wait for the next. */
    PublishedTopology published() {
        return published;
    }

    /** Opens when each node has answered, or has failed to. */
    CountDownLatch known() {
        return known;
    }

    void start() {
        scheduler.execute(probes::round);
    }

    void close() {
        scheduler.close();
        published.close();
        nodes.forEach(record -> record.prober().close());
    }

    // --- requests of other threads

    /** Monitors one more node, which serves once it has answered and caught up. */
    void add(Node node, Prober prober) {
        nodes.reserveName(node.name());
        scheduler.execute(() -> {
            NodeRecord record = recordOf(node, prober);
            nodes.add(record);
            evaluate();
            probes.probe(record);
        });
    }

    /** Forgets a node, whatever is in flight on it. */
    void remove(Node node) {
        nodes.releaseName(node.name());
        onRecordOf(node, this::remove);
    }

    private void remove(NodeRecord record) {
        record.remove();
        nodes.remove(record);
        record.prober().close();
        poolHealth.remove(record.node());
        publisher.removed(record);
        if (nodes.isPrimary(record)) {
            nodes.setWriters(null, List.of());
            publisher.primary(record.status(), null, "node " + record.name() + " was removed");
        }
        evaluate();
    }

    private void onRecordOf(Node node, Consumer<NodeRecord> task) {
        scheduler.execute(
                () -> nodes.stream().filter(record -> record.node() == node).forEach(task));
    }

    /**
     * Probes a node soon, because the application has met an error at it.
     *
     * @param accuses whether the error speaks against the node, so that reads avoid a replica until it answers
     */
    void suspect(Node node, boolean accuses) {
        for (NodeRecord record : nodes) {
            if (record.node() == node) {
                if (accuses && record.suspicion().report()) {
                    scheduler.execute(() -> accuse(record));
                }
                probes.request(record);
            }
        }
    }

    /** What one statement met proves nothing, and the primary cannot be left for a suspicion. */
    private void accuse(NodeRecord record) {
        record.suspicion().reportTaken();
        if (!nodes.isPrimary(record)) {
            suspect(record, "a statement failed on it");
        }
    }

    @Override
    public void differs(Node node, SchemaError error, long until, boolean isNews) {
        onRecordOf(node, record -> {
            record.schema().add(error, until, scheduler.now());
            if (isNews) {
                publisher.schemaDiffers(record, error);
            }
            scheduler.schedule(this::evaluate, Duration.ofNanos(Math.max(0, until - scheduler.now())));
            evaluate();
        });
    }

    @Override
    public void isNoDifference(Node node, SchemaError error) {
        onRecordOf(node, record -> {
            record.schema().remove(error);
            publisher.schemaDiffersNoMore(record, error);
            evaluate();
        });
    }

    /** See {@link DrainControl#request}. */
    CompletableFuture<Boolean> drain(Node node, boolean drain) {
        return drains.request(node, drain);
    }

    /** Writes to a node although it was promoted without everything that its predecessor had. */
    void acceptPromotion() {
        scheduler.execute(() -> {
            primaryTracker.acceptPromotion(nodes.all());
            nodes.forEach(probes::probe);
        });
    }

    // --- what to probe

    private Duration interval() {
        return primaryTracker.interval(settings.interval(), nodes.hasWriter(), scheduler.now());
    }

    private boolean asksReplication(NodeRecord record) {
        if (nodes.isPrimary(record)) {
            return record.replication().isDue(unsettled);
        }
        Duration lag = record.lag().bound();
        boolean lagging = lag == null || !lag.isZero();
        // Of a replica that is writable all along only the removal of its source shows that it was promoted, and when.
        Observation seen = record.observation();
        boolean writable = seen != null && seen.writable();
        return record.replication().isDue(unsettled || lagging || writable || lagMeter.needsReplication(record));
    }

    // --- outcomes of probes: probe -> record -> evaluation -> snapshot -> listeners

    @Override
    public void answered(NodeRecord record, Answered answer) {
        NodeRecord.Changes changes = record.answered(answer, scheduler.now());
        warnings.publish(record, answer, changes);
        evaluateAfterProbe(record);
        Observation before = changes.before();
        Observation now = answer.observation();
        if (before != null
                && isPrimaryEndpoint(record)
                && !isOneOfSeveralWriters(now)
                && !before.serverId().equals(now.serverId())) {
            publisher.serverChanged(record);
        }
        boolean changed = before == null
                || before.writable() != now.writable()
                || !before.serverId().equals(now.serverId());
        boolean replicationUnknown = answer.replication() instanceof Replication.NotAsked;
        if (changed && replicationUnknown && record.replication().isDue(true)) {
            probes.probe(record);
        } else if (lagMeter.needsAnotherProbe(record)) {
            probes.probeAgain(record);
        }
    }

    /** Returns whether other servers behind an endpoint take writes as this one does, so that it has replaced none. */
    private static boolean isOneOfSeveralWriters(Observation seen) {
        GroupMembership group = seen.group();
        return group != null && group.isOneOfSeveralWriters();
    }

    private static boolean isPrimaryEndpoint(NodeRecord record) {
        return record.isEndpoint() && record.node().spec().declaredRole() == DeclaredRole.PRIMARY;
    }

    @Override
    public void failed(NodeRecord record, ProbeFailure failure) {
        if (failure.isRefusal() && record.isAlive()) {
            refused(record, failure);
        } else {
            lost(record, failure);
        }
        evaluateAfterProbe(record);
    }

    /** The server is alive, and nothing else is known: its state stays, and no connection to it is closed. */
    private void refused(NodeRecord record, ProbeFailure refusal) {
        boolean isNews = !record.refusesProbes();
        record.liveness().refused(refusal);
        record.suspicion().endBy(scheduler.now());
        if (isNews) {
            publisher.probeRefused(record, refusal, scheduler.now());
        }
    }

    private void lost(NodeRecord record, ProbeFailure failure) {
        record.liveness().failed(failure);
        record.suspicion().raise(failure.reason(), scheduler.now());
        boolean waitsForMore = record.observation() != null
                && failure.kind() != ProbeFailure.Kind.MISCONFIGURED
                && record.liveness().failures() < settings.failureThreshold();
        if (waitsForMore) {
            probes.confirm(record);
        } else {
            if (record.isAlive() && record.machine().isDrained()) {
                publisher.drainedNodeDown(record, failure.reason());
            }
            record.liveness().lost(scheduler.now());
        }
    }

    @Override
    public void overdue(NodeRecord record, Duration waited) {
        suspect(record, "no answer for " + DurationFormat.of(waited) + " yet");
    }

    private void suspect(NodeRecord record, String why) {
        boolean isNews = record.suspicion().reason() == null;
        record.suspicion().raise(why, scheduler.now());
        if (isNews) {
            publisher.suspected(record, why);
            evaluate();
        }
    }

    // --- evaluation

    /** Evaluates all nodes after something else than a probe has changed. */
    private void evaluate() {
        evaluateAfterProbe(null);
    }

    /** @param probed the node that was just probed, or null when something else has changed */
    private void evaluateAfterProbe(@Nullable NodeRecord probed) {
        if (!evaluated && nodes.stream().anyMatch(record -> !record.liveness().isProbed())) {
            // The first writable node to answer is not the primary if the next one turns out to be writable, too.
            return;
        }
        boolean first = !evaluated;
        evaluated = true;
        NodeRecord primaryBefore = nodes.primary();
        NodeStatus before = primaryBefore == null ? null : primaryBefore.status();
        ElectionResult result = elect();
        boolean newHistory = lagMeter.sample();
        boolean contested = transitions.update(result.assessments(), probed, first, newHistory, known.getCount() > 0);
        unsettled = !nodes.hasWriter() || contested;
        publish(before, result);
        followUp(result.reason() == ElectionResult.Reason.PENDING, newHistory);
    }

    private ElectionResult elect() {
        ElectionResult result = primaryTracker.elect(
                nodes.all(),
                scheduler.now(),
                record -> ReplicaReports.absence(record, nodes),
                lagMeter::follows,
                publisher::incompletePromotion);
        ring.publish(nodes.all(), result.ring());
        nodes.setWriters(
                result.primary() < 0 ? null : nodes.get(result.primary()),
                result.writers().stream().map(nodes::get).toList());
        return result;
    }

    private void publish(@Nullable NodeStatus primaryBefore, ElectionResult result) {
        NodeRecord primary = nodes.primary();
        NodeStatus primaryNow = primary == null ? null : primary.status();
        List<NodeStatus> writers = nodes.writers().stream()
                .map(NodeRecord::status)
                .filter(writer -> writer.state() == NodeState.ONLINE)
                .toList();
        String noWriterReason = writers.isEmpty() && result.noPrimaryReason() == null
                ? "no node that may take writes is in use: "
                        + nodes.writers().stream()
                                .map(record ->
                                        record.name() + " (" + record.status().reason() + ")")
                                .collect(Collectors.joining(", "))
                : result.noPrimaryReason();
        TopologySnapshot before = published.snapshot();
        TopologySnapshot now = new TopologySnapshot(statuses(), primaryNow, writers, noWriterReason, result.group());
        published.publish(now);
        publisher.snapshot(before, now);
        publisher.primary(primaryBefore, primaryNow, noWriterReason);
        publisher.deliver();
    }

    /** Probes what the evaluation needs to know next, and ends the start once each node is known. */
    private void followUp(boolean pending, boolean newHistory) {
        if (newHistory) {
            nodes.stream().filter(lagMeter::needsAnotherProbe).forEach(probes::probe);
        }
        if (pending && !wasPending) {
            nodes.forEach(probes::request);
        }
        primaryTracker.outdated(nodes.all()).forEach(probes::request);
        wasPending = pending;
        if (known.getCount() > 0 && !pending && nodes.stream().allMatch(this::isKnown)) {
            publisher.started();
            known.countDown();
        }
    }

    private boolean isKnown(NodeRecord record) {
        boolean replicationUnknown = record.replication().newest() instanceof Replication.NotAsked;
        return !lagMeter.needsAnotherProbe(record)
                && !(record.isAlive() && replicationUnknown && record.probes().isAwaited());
    }
}
