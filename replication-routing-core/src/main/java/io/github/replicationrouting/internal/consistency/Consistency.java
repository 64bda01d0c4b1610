package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of one router must see, and which replica has it. Thread-safe; the questions take no lock and do no
 * I/O.
 *
 * <p>What the pinned writer commits, such as a migration, is a floor for all reads of the process: no session of this
 * process ever meets a replica without it.
 */
public final class Consistency {

    /** A session that reads without a pause may look for another replica this often, which takes one statement. */
    private static final long MAX_STAY = Duration.ofSeconds(5).toNanos();

    private final String router;
    private final ConsistencySettings settings;
    private final Topology topology;
    private final RouterMetrics metrics;
    private final KnownPositions known;
    private final long pin;
    private final Duration probeInterval;
    private final long pause;
    private volatile ReadRequirement floor = ReadRequirement.NONE;
    /** The snapshot in which not every node had the floor. */
    private volatile @Nullable TopologySnapshot floorMissing;

    /**
     * @param known what replicas told beside their probes
     * @param probeInterval the time between two probes
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
        this.probeInterval = probeInterval;
        this.pause = probeInterval.multipliedBy(2).toNanos();
        this.known = known;
        this.pin = settings.pin().toNanos();
    }

    /** Whether sessions are promised anything. */
    public boolean isOn() {
        return settings.mode() == ConsistencyMode.SESSION;
    }

    // What sessions did

    /** This thread's session has committed what the server reports. */
    public void committed(Position commit) {
        if (isOn()) {
            long now = System.nanoTime();
            Session.current()
                    .require(router, before -> before.committed(commit, now).reduced(nodes()), true);
        }
    }

    /** This thread's session may have committed something. Called after the acknowledgement. */
    public void committed() {
        if (isOn()) {
            long now = System.nanoTime();
            Session.current().require(router, before -> before.committed(now), true);
        }
    }

    /** This thread's session was not told whether its commit was done, and the server may still be at it. */
    public void commitInDoubt() {
        if (isOn()) {
            long now = System.nanoTime();
            Session.current().require(router, before -> before.committedPerhaps(now), true);
        }
    }

    /** The process has committed what all of its reads must see; null where only the time is known. */
    public void raiseFloor(@Nullable Position commit) {
        long now = System.nanoTime();
        raise(before -> commit == null
                ? before.committed(now)
                : before.committed(commit, now).reduced(nodes()));
    }

    /** The process was not told whether a commit was done that all of its reads must see. */
    public void raiseFloorInDoubt() {
        long now = System.nanoTime();
        raise(before -> before.committedPerhaps(now));
    }

    private synchronized void raise(UnaryOperator<ReadRequirement> change) {
        if (isOn()) {
            floor = change.apply(floor);
            floorMissing = null;
        }
    }

    /** What all reads of the process must see, until every node has it. */
    private ReadRequirement floor() {
        ReadRequirement process = floor;
        if (process.isEmpty()) {
            return process;
        }
        TopologySnapshot snapshot = topology.snapshot();
        if (snapshot == floorMissing) {
            return process;
        }
        long now = System.nanoTime();
        for (NodeStatus node : snapshot.nodes()) {
            if (!process.hasCommits(node, known.of(node.node()), pin, now)) {
                floorMissing = snapshot;
                return process;
            }
        }
        lower(process);
        return ReadRequirement.NONE;
    }

    private synchronized void lower(ReadRequirement met) {
        if (floor == met) {
            floor = ReadRequirement.NONE;
        }
    }

    /**
     * This thread's session has read on a node. Noted when each statement has returned, because other work of the session
     * may begin before this one ends.
     */
    public void seen(Node node) {
        if (isOn()) {
            ObservedRead seen = new ObservedRead(node.name(), System.nanoTime(), null);
            Session.current().require(router, before -> reading(before, seen, node), false);
        }
    }

    /** A connection on which this thread's session has read goes back: the session is carried on from here. */
    public void endedReading() {
        if (isOn()) {
            Session.current().tellAgain();
        }
    }

    /**
     * This thread's session has read on the primary.
     *
     * @param position how far it had written afterwards; whatever the session has read or committed is part of it
     * @param askedAt when it was about to be asked
     */
    public void seen(Node node, Position position, long askedAt) {
        if (isOn()) {
            ObservedRead seen = new ObservedRead(node.name(), askedAt, position);
            Session.current()
                    .require(
                            router,
                            before -> reading(before, seen, node)
                                    .covered(position, askedAt)
                                    .reduced(nodes()),
                            false);
        }
    }

    /** Whether this thread's session has read on this replica for so long that it should be able to leave it. */
    public boolean mayLeave(Node replica) {
        ReadRequirement own = isOn() ? Session.current().required(router) : null;
        ObservedRead seen = own == null ? null : own.reads().on(replica.name());
        return seen != null && seen.at() - seen.since() >= MAX_STAY && isOneOfSeveralReplicas(replica);
    }

    private boolean isOneOfSeveralReplicas(Node node) {
        boolean itself = false;
        int others = 0;
        for (NodeStatus replica : nodes()) {
            if (replica.role() == Role.REPLICA && replica.state() == NodeState.ONLINE) {
                if (replica.node() != node) {
                    others++;
                } else {
                    itself = node.spec().kind() != NodeKind.ENDPOINT;
                }
            }
        }
        return itself && others > 0;
    }

    /**
     * This thread's session has read on a replica, and may go on elsewhere.
     *
     * @param position how far the replica was afterwards; null where it cannot tell, and the session has to stay
     * @param askedAt when it was about to be asked
     */
    public void seenOnReplica(Node node, @Nullable Position position, long askedAt) {
        if (isOn()) {
            ObservedRead seen = new ObservedRead(node.name(), position == null ? System.nanoTime() : askedAt, position);
            Session.current().require(router, before -> reading(before, seen, node, ObservedRead.BEGINS_ANEW), false);
        }
    }

    private ReadRequirement reading(ReadRequirement before, ObservedRead seen, Node node) {
        return reading(before, seen, node, pause);
    }

    private ReadRequirement reading(ReadRequirement before, ObservedRead seen, Node node, long longestPause) {
        return before.reading(reads -> reads.with(seen, other -> has(node, other), longestPause));
    }

    private boolean has(Node node, ObservedRead seen) {
        NodeStatus status = topology.snapshot().node(node.name());
        return status != null && ReadRequirement.hasSeen(status, known.of(node), seen, pin, System.nanoTime());
    }

    private Iterable<NodeStatus> nodes() {
        return topology.snapshot().nodes();
    }

    // What they must see

    /** What a read of this thread must see; null for nothing. */
    public @Nullable Demand demand() {
        if (!isOn()) {
            return null;
        }
        ReadRequirement own = Session.current().required(router);
        ReadRequirement process = floor();
        if (own == null || own.isEmpty()) {
            return process.isEmpty() ? null : new Demand(process, null);
        }
        return new Demand(own.and(process), own);
    }

    /** What one read must see. */
    public final class Demand {

        private final ReadRequirement requirement;
        private final @Nullable ReadRequirement own;
        private final long now = System.nanoTime();

        /** @param own the part of it that is the session's own; null for none */
        private Demand(ReadRequirement requirement, @Nullable ReadRequirement own) {
            this.requirement = requirement;
            this.own = own;
        }

        /** Whether the session has written anything, rather than only read. */
        public boolean hasOwnCommits() {
            return own != null && own.hasCommits();
        }

        /** Whether the session reads on this replica and knows how far it is, so that it may go on elsewhere. */
        public boolean mayLeave(NodeStatus replica) {
            ObservedRead seen = requirement.reads().on(replica.name());
            return seen != null && seen.position() != null;
        }

        /**
         * Whether a replica has shown the session what the primary may still be committing: servers send what is in their
         * log before they commit it themselves.
         */
        public boolean mayBeAheadOf(Node primary) {
            return settings.maxWait().toMillis() > 0
                    && own != null
                    && own.mayBeAheadOf(primary.name(), now)
                    && known.isWorthWaiting(primary, now);
        }

        /** Whether a replica has it, as far as is known. */
        public boolean isMetBy(NodeStatus replica) {
            return requirement.isMetBy(replica, known.of(replica.node()), pin, now);
        }

        /** Whether a replica has at least what the session itself has written. */
        public boolean hasOwnCommitsOn(NodeStatus replica) {
            return requirement.hasCommits(replica, known.of(replica.node()), pin, now);
        }

        /** What to wait for on a replica that does not have it; null where waiting would not help. */
        public @Nullable Position wanted(NodeStatus replica) {
            return isWorthWaitingOn(replica) ? lackedBy(replica) : null;
        }

        /** What a replica is not known to have; null where nothing is lacked, or its position is not known. */
        public @Nullable Position lackedBy(NodeStatus replica) {
            return requirement.wanted(replica, known.of(replica.node()), pin, now);
        }

        /** Whether reads wait at all, and none did in vain on this replica just now. */
        public boolean isWorthWaitingOn(NodeStatus replica) {
            return !settings.maxWait().isZero() && known.isWorthWaiting(replica.node(), now);
        }
    }

    /** The time between two probes of a node. */
    public Duration probeInterval() {
        return probeInterval;
    }

    /** How long to wait on a replica. */
    public Duration longestWait() {
        return settings.maxWait();
    }

    /** A replica was waited on. */
    public void waited(Node node, Duration duration, @Nullable Position reached) {
        if (reached == null) {
            known.waitedInVain(node, System.nanoTime());
        } else {
            known.reached(node, reached);
        }
        metrics.consistencyWaited(duration, reached == null ? "primary" : "reached");
    }

    /** A read has waited on the primary, which has not committed in time what it was committing. */
    public void notSettled(Node primary, Duration duration) {
        known.waitedInVain(primary, System.nanoTime());
        metrics.consistencyWaited(duration, "primary");
    }

    /**
     * For people: for example {@code read-your-writes by gtid (reported with each commit), across requests (signed
     * cookie)}.
     *
     * @param reported whether the server reports each commit through the driver in use; null where that is not known
     */
    public String describe(SessionScope scope, @Nullable Boolean reported) {
        if (!isOn()) {
            return "eventual consistency";
        }
        NodeStatus primary = topology.snapshot().primary();
        Position written = primary == null ? null : primary.position();
        String means = written == null ? "time" : written instanceof BinlogPosition ? "binary log" : "gtid";
        String how = "";
        if (written != null && reported != null) {
            how = reported ? " (reported with each commit)" : " (the primary's, asked for after each commit)";
        }
        return "read-your-writes by " + means + how + ", " + scope;
    }
}
