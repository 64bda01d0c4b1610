package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.SessionScope;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The consistency that the sessions of one router have: records what they have written and read, and determines what
 * their next reads must see. Thread-safe; takes no lock on the path of a read and does no I/O.
 *
 * <p>What the pinned writer commits, such as a schema migration, is a floor for all reads of the process: no session
 * reads from a replica that lacks it.
 */
public final class Consistency {

    /**
     * A session that reads on one replica without a pause may move to another this often; a move takes one statement.
     */
    private static final long MAX_STAY_NANOS = Duration.ofSeconds(5).toNanos();

    private final String router;
    private final ConsistencySettings settings;
    private final Topology topology;
    private final RouterMetrics metrics;
    private final KnownPositions known;
    private final ReplicaCheck check;
    private final ProcessFloor floor;
    private final Duration probeInterval;

    /** After a longer pause between reads a session chooses its replica anew anyway. */
    private final long maxPauseNanos;

    /**
     * Creates the consistency of one router.
     *
     * @param known positions that replicas reported besides their probes
     * @param probeInterval time between two probes of a node
     */
    public Consistency(
            String router,
            ConsistencySettings settings,
            Topology topology,
            KnownPositions known,
            Duration probeInterval,
            RouterMetrics metrics) {
        this.router = router;
        this.settings = settings;
        this.topology = topology;
        this.metrics = metrics;
        this.known = known;
        this.check = new ReplicaCheck(known, settings.pin().toNanos());
        this.floor = new ProcessFloor(topology, check);
        this.probeInterval = probeInterval;
        this.maxPauseNanos = probeInterval.multipliedBy(2).toNanos();
    }

    /** Returns whether sessions see their own writes. */
    public boolean isOn() {
        return settings.mode() == ConsistencyMode.SESSION;
    }

    // --- what sessions did

    /** Records a commit of this thread's session on a node, at the position that the server reported. */
    public void committed(Node node, Position commit) {
        committed(node, commit, null);
    }

    /**
     * Records a commit of this thread's session on a node.
     *
     * @param commit the position that the server reported, null if only the time is known
     * @param holdsAsOf when the node had everything that had been committed on others; null where that is not known
     */
    public void committed(Node node, @Nullable Position commit, @Nullable Long holdsAsOf) {
        if (isOn()) {
            long now = System.nanoTime();
            String server = node.spec().kind() == NodeKind.ENDPOINT ? null : node.name();
            Session.current()
                    .require(
                            router,
                            before -> {
                                ReadRequirement after =
                                        commit == null ? before.committed(now) : before.committed(commit, now);
                                ReadRequirement placed = after.committedOn(server, before, holdsAsOf);
                                return commit == null ? placed : placed.reduced(nodes());
                            },
                            true);
        }
    }

    /** Records that this thread's session may have committed something on a node, which has acknowledged it. */
    public void committed(Node node) {
        committed(node, null, null);
    }

    /** Records a commit of this thread's session whose outcome is unknown: the server may still be executing it. */
    public void commitOutcomeUnknown() {
        if (isOn()) {
            long now = System.nanoTime();
            Session.current().require(router, before -> before.commitOutcomeUnknown(now), true);
        }
    }

    /**
     * Records a commit that all reads of the process must see.
     *
     * @param commit the position that the server reported, null if only the time is known
     */
    public void raiseFloor(@Nullable Position commit) {
        if (isOn()) {
            long now = System.nanoTime();
            floor.raise(before -> commit == null
                    ? before.committed(now)
                    : before.committed(commit, now).reduced(nodes()));
        }
    }

    /** Records a commit that all reads of the process must see and whose outcome is unknown. */
    public void raiseFloorOutcomeUnknown() {
        if (isOn()) {
            long now = System.nanoTime();
            floor.raise(before -> before.commitOutcomeUnknown(now));
        }
    }

    /**
     * Records a read of this thread's session on a node. Called when a statement has returned, because other work of
     * the session may begin before the transaction ends.
     */
    public void readOn(Node node) {
        if (isOn()) {
            ObservedRead read = new ObservedRead(node.name(), System.nanoTime(), null);
            Session.current().require(router, before -> withRead(before, read, node, maxPauseNanos), false);
        }
    }

    /**
     * Records a read of this thread's session on a node that had everything which the session had seen before a time.
     */
    public void readOn(Node node, long holdsAsOf) {
        if (isOn()) {
            ObservedRead read = new ObservedRead(node.name(), System.nanoTime(), null);
            Session.current()
                    .require(
                            router,
                            before -> before.reading(reads -> reads.with(
                                    read, other -> other.at() - holdsAsOf <= 0 || has(node, other), maxPauseNanos)),
                            false);
        }
    }

    /**
     * Reports that a connection on which this thread's session has read is returned, so that its token can be stored.
     */
    public void readsEnded() {
        if (isOn()) {
            Session.current().notifyOriginAgain();
        }
    }

    /**
     * Records a read of this thread's session on the primary.
     *
     * @param position position of the primary after the read; it contains what the session has read or committed before
     * @param askedAt time at which the position was requested
     */
    public void readOnPrimary(Node node, Position position, long askedAt) {
        if (isOn()) {
            ObservedRead read = new ObservedRead(node.name(), askedAt, position);
            Session.current()
                    .require(
                            router,
                            before -> withRead(before, read, node, maxPauseNanos)
                                    .covered(position, askedAt)
                                    .reduced(nodes()),
                            false);
        }
    }

    /**
     * Returns whether this thread's session has read on this replica for so long that it should be able to leave it.
     */
    public boolean mayLeave(Node replica) {
        ReadRequirement own = isOn() ? Session.current().required(router) : null;
        ObservedRead read = own == null ? null : own.reads().on(replica.name());
        return read != null && read.at() - read.since() >= MAX_STAY_NANOS && isOneOfSeveralReplicas(replica);
    }

    private boolean isOneOfSeveralReplicas(Node node) {
        NodeStatus primary = topology.snapshot().primary();
        boolean found = false;
        int others = 0;
        for (NodeStatus replica : nodes()) {
            if (replica.role() != Role.UNKNOWN && replica.state() == NodeState.ONLINE && !replica.equals(primary)) {
                if (replica.node() != node) {
                    others++;
                } else {
                    found = node.spec().kind() != NodeKind.ENDPOINT;
                }
            }
        }
        return found && others > 0;
    }

    /**
     * Records a read of this thread's session on a replica that it may leave.
     *
     * @param position position of the replica after the read, null if it is unknown and the session has to stay
     * @param askedAt time at which the position was requested
     */
    public void readOnReplica(Node node, @Nullable Position position, long askedAt) {
        if (isOn()) {
            ObservedRead read = new ObservedRead(node.name(), position == null ? System.nanoTime() : askedAt, position);
            Session.current().require(router, before -> withRead(before, read, node, ObservedRead.BEGINS_ANEW), false);
        }
    }

    private ReadRequirement withRead(ReadRequirement before, ObservedRead read, Node node, long maxPause) {
        return before.reading(reads -> reads.with(read, other -> has(node, other), maxPause));
    }

    private boolean has(Node node, ObservedRead read) {
        NodeStatus status = topology.snapshot().node(node.name());
        return status != null && check.hasRead(read, status, System.nanoTime());
    }

    private Iterable<NodeStatus> nodes() {
        return topology.snapshot().nodes();
    }

    // --- what they must see

    /** Returns what a read of this thread must see; null for nothing. */
    public @Nullable SessionConstraint sessionConstraint() {
        if (!isOn()) {
            return null;
        }
        ReadRequirement own = Session.current().required(router);
        ReadRequirement process = floor.current();
        if (own == null || own.isEmpty()) {
            return process.isEmpty() ? null : constraint(process, null);
        }
        return constraint(own.and(process), own);
    }

    private SessionConstraint constraint(ReadRequirement requirement, @Nullable ReadRequirement own) {
        return new SessionConstraint(
                requirement,
                own,
                check,
                known,
                settings.maxWait(),
                topology.snapshot().group() != null);
    }

    /** Returns the time between two probes of a node. */
    public Duration probeInterval() {
        return probeInterval;
    }

    /** Returns the maximum time that a read waits on a replica; zero if reads do not wait. */
    public Duration maxWait() {
        return settings.maxWait();
    }

    /**
     * Records the end of a wait on a replica.
     *
     * @param reached the position that the replica has reached, null if the wait timed out or failed
     */
    public void waited(Node node, Duration duration, @Nullable Position reached) {
        if (reached == null) {
            known.waitTimedOut(node, System.nanoTime());
        } else {
            known.reached(node, reached);
        }
        metrics.consistencyWaited(duration, reached == null ? "primary" : "reached");
    }

    /** Records that a read has waited on the primary for commits in progress, and the wait timed out. */
    public void primaryWaitTimedOut(Node primary, Duration duration) {
        known.waitTimedOut(primary, System.nanoTime());
        metrics.consistencyWaited(duration, "primary");
    }

    /**
     * Describes the consistency for logs, for example
     * {@code read-your-writes by gtid (reported with each commit), across requests (signed cookie)}.
     *
     * @param reported whether the server reports each commit through the driver in use, null if that is unknown
     */
    public String describe(SessionScope scope, @Nullable Boolean reported) {
        if (!isOn()) {
            return "eventual consistency";
        }
        List<NodeStatus> writers = topology.snapshot().writers();
        Position written = writers.isEmpty() ? null : writers.get(0).position();
        String means = written == null ? "time" : written.kind();
        String how = "";
        if (written != null && reported != null) {
            how = reported ? " (reported with each commit)" : " (the primary's, asked for after each commit)";
        }
        return "read-your-writes by " + means + how + ", " + scope;
    }
}
