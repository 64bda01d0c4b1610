package io.github.replicationrouting.consistency;

import io.github.replicationrouting.consistency.Requirement.Seen;
import io.github.replicationrouting.metrics.RouterMetrics;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Topology;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of one router must see, and which replica has it. Thread-safe; the questions take no lock and do no
 * I/O.
 *
 * <p>What the pinned writer commits, such as a migration, is a floor for all reads of the process: no session of this
 * process ever meets a replica without it.
 */
public final class Consistency {

    private final String router;
    private final ConsistencySettings settings;
    private final Topology topology;
    private final RouterMetrics metrics;
    private final KnownPositions known;
    private final long pin;
    private final Duration probeInterval;
    private volatile Requirement floor = Requirement.NONE;

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

    /** The process has committed what all of its reads must see; null where only the time is known. */
    public synchronized void raiseFloor(@Nullable Position commit) {
        if (isOn()) {
            long now = System.nanoTime();
            floor = commit == null
                    ? floor.committed(now)
                    : floor.committed(commit, now).reduced(nodes());
        }
    }

    /** This thread's session has read on a node. */
    public void seen(Node node) {
        if (isOn()) {
            Seen seen = new Seen(node.name(), System.nanoTime(), null);
            Session.current().require(router, before -> before.seen(seen), true);
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
            Seen seen = new Seen(node.name(), askedAt, position);
            Session.current().require(router, before -> before.covered(seen).reduced(nodes()), true);
        }
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
        Requirement own = Session.current().required(router);
        Requirement process = floor;
        if (own == null || own.isEmpty()) {
            return process.isEmpty() ? null : new Demand(process);
        }
        return new Demand(own.and(process));
    }

    /** What one read must see. */
    public final class Demand {

        private final Requirement requirement;
        private final long now = System.nanoTime();

        private Demand(Requirement requirement) {
            this.requirement = requirement;
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
            return isWorthWaitingOn(replica) ? requirement.wanted(replica, known.of(replica.node()), pin, now) : null;
        }

        /** Whether reads wait at all, and none did in vain on this replica just now. */
        public boolean isWorthWaitingOn(NodeStatus replica) {
            return !settings.longestWait().isZero() && known.isWorthWaiting(replica, now);
        }
    }

    /** The time between two probes of a node. */
    public Duration probeInterval() {
        return probeInterval;
    }

    /** How long to wait on a replica. */
    public Duration longestWait() {
        return settings.longestWait();
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

    /** For people: for example {@code read-your-writes by gtid, across requests (signed cookie)}. */
    public String describe(SessionScope scope) {
        if (!isOn()) {
            return "eventual consistency";
        }
        NodeStatus primary = topology.snapshot().primary();
        Position written = primary == null ? null : primary.position();
        String means = written == null ? "time" : written instanceof BinlogPosition ? "binary log" : "gtid";
        return "read-your-writes by " + means + ", " + scope;
    }
}
