package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.internal.monitor.errors.PoolHealth;
import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.internal.monitor.lag.NodeLag;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult.Answered;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor knows of one node. Each part is a class of its own with one owner that changes it. Everything but
 * {@link PoolHealth} and the requests of other threads, in {@link ProbeActivity} and {@link Suspicion}, belongs to the
 * monitor's thread.
 */
public final class NodeRecord {

    private static final Duration MAX_EVICTION_WINDOW = Duration.ofSeconds(10);

    private final Node node;
    private final Prober prober;
    private final PoolHealth pool;
    private final NodeStateMachine machine;
    private final ProbeActivity probes;
    private final Liveness liveness = new Liveness();
    private final LastAnswer answer;
    private final ReplicationReport replication = new ReplicationReport();
    private final NodeLag lag;
    private final Suspicion suspicion = new Suspicion();
    private final SchemaDifferences schema = new SchemaDifferences();
    private final SlowStart slowStart;
    private final LoggedWarnings warnings;
    private final Duration activityWindow;

    private NodeStatus status;
    private boolean removed;

    /**
     * @param joinsLate whether the other nodes are in use already, so that this one has to prove first that it is fit
     */
    public NodeRecord(
            Node node, Prober prober, PoolHealth pool, MonitorSettings settings, long now, boolean joinsLate) {
        this.node = node;
        this.prober = prober;
        this.pool = pool;
        this.machine = new NodeStateMachine(evictionWindow(settings.maxLag()), joinsLate);
        this.probes = new ProbeActivity(now);
        this.answer = new LastAnswer(now);
        this.lag = new NodeLag(settings.maxLag());
        this.slowStart = new SlowStart(settings.slowStart());
        this.warnings = new LoggedWarnings(now);
        this.activityWindow = settings.interval().multipliedBy(3);
        this.status = NodeStatus.unknown(node);
    }

    /** Returns the minimum time for which an evicted node stays evicted; lag takes time to rise, too. */
    static Duration evictionWindow(Duration maxLag) {
        return maxLag.compareTo(MAX_EVICTION_WINDOW) < 0 ? maxLag : MAX_EVICTION_WINDOW;
    }

    /**
     * What an answer has changed.
     *
     * @param before what the answer before showed; null where there was none
     * @param acceptsProbesAgain whether the server had refused the probe before
     * @param semiSynchronousChanged whether commits of this primary began or ceased to wait for a replica
     */
    public record Changes(@Nullable Observation before, boolean acceptsProbesAgain, boolean semiSynchronousChanged) {}

    /** Takes in an answer. */
    public Changes answered(Answered newest, long now) {
        Answer earlier = electionAnswer();
        Observation before = answer.observation();
        boolean acceptsProbesAgain = refusesProbes();
        suspicion.endBy(newest.sentAt());
        liveness.answered();
        boolean semiSynchronousChanged = answer.take(newest, now);
        replication.take(newest.replication(), newest.sentAt());
        Answer newestAnswer = Objects.requireNonNull(electionAnswer());
        answer.roles(answer.roles().after(earlier, newestAnswer));
        answer.member(answer.member().after(earlier, newestAnswer, activityWindow));
        if (newest.writerSettings() != null) {
            answer.member(answer.member().with(newest.writerSettings()));
        }
        return new Changes(before, acceptsProbesAgain, semiSynchronousChanged);
    }

    /** What its newest answer showed, for the election; null before the first. */
    public @Nullable Answer electionAnswer() {
        Observation seen = answer.observation();
        return seen == null
                ? null
                : new Answer(answer.sentAt(), answer.arrivedAt(), seen, replication.newest(), replication.isComplete());
    }

    public Node node() {
        return node;
    }

    public String name() {
        return node.name();
    }

    public boolean isEndpoint() {
        return node.spec().kind() == NodeKind.ENDPOINT;
    }

    public Prober prober() {
        return prober;
    }

    /** Whether its pool can open connections. */
    public PoolHealth pool() {
        return pool;
    }

    public NodeStateMachine machine() {
        return machine;
    }

    public ProbeActivity probes() {
        return probes;
    }

    public Liveness liveness() {
        return liveness;
    }

    public boolean isAlive() {
        return liveness.isAlive();
    }

    /** Whether the server answers, but lets no probe see anything, so that what was seen before stands. */
    public boolean refusesProbes() {
        return liveness.refusal() != null;
    }

    public LastAnswer answer() {
        return answer;
    }

    /** What its newest answer showed; null before the first. */
    public @Nullable Observation observation() {
        return answer.observation();
    }

    public ReplicationReport replication() {
        return replication;
    }

    public List<ReplicationChannel> channels() {
        return replication.channels();
    }

    /**
     * Whether it is alive, and has reported its replication with its newest answer, which was asked for after a moment.
     */
    boolean hasReportedReplicationSince(long moment) {
        return isAlive() && replication.isCurrent() && answer.sentAt() - moment >= 0;
    }

    /** The lag that the server itself reports. */
    Lag reportedLag(long now) {
        return replication.lag(now, refusesProbes() ? null : Long.valueOf(answer.sentAt()));
    }

    /** Whether the next probe opens a new connection; behind an endpoint only that may lead to another server. */
    public boolean needsNewConnection(long now, boolean withoutPrimary) {
        return isEndpoint() || replication.needsNewConnection(now, withoutPrimary);
    }

    public NodeLag lag() {
        return lag;
    }

    public Suspicion suspicion() {
        return suspicion;
    }

    public SchemaDifferences schema() {
        return schema;
    }

    public SlowStart slowStart() {
        return slowStart;
    }

    public LoggedWarnings warnings() {
        return warnings;
    }

    /** Its status in the newest snapshot. */
    public NodeStatus status() {
        return status;
    }

    public void status(NodeStatus next) {
        status = next;
    }

    public boolean isRemoved() {
        return removed;
    }

    public void remove() {
        removed = true;
    }
}
