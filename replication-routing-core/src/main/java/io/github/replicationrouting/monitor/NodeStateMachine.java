package io.github.replicationrouting.monitor;

import io.github.replicationrouting.topology.NodeState;
import org.jspecify.annotations.Nullable;

/**
 * The state of one node. Everything that a look at a node can say is one of a few signals, and where each of them leads
 * is the table of {@link Signal}. A node that was taken out for a reason comes back only after
 * {@value #READMISSION_PROBES} good probes in a row, so that one at the limit does not flap. Not thread-safe.
 */
final class NodeStateMachine {

    /** Good probes in a row before a node that was out is used again. */
    static final int READMISSION_PROBES = 2;

    private enum Phase {
        /** Nothing is held against it. */
        NEW(NodeState.UNKNOWN),
        ONLINE(NodeState.ONLINE),
        /** Has been out, and has not yet earned its return. */
        DOUBTED(NodeState.UNKNOWN),
        LAGGING(NodeState.LAGGING),
        DOWN(NodeState.DOWN),
        FENCED(NodeState.FENCED);

        private final NodeState state;

        Phase(NodeState state) {
            this.state = state;
        }

        /** Whether a node in this phase may serve as soon as it can. */
        boolean isTrusted() {
            return this == NEW || this == ONLINE;
        }
    }

    /** What a look at a node says, and where it leads: from a trusted phase, and from one out of use. */
    enum Signal {
        /** It is the primary. */
        PRIMARY(Phase.ONLINE, Phase.ONLINE),
        /** It does not answer, or serves nobody. */
        LOST(Phase.DOWN, Phase.DOWN),
        /** It is writable, and is not the primary. */
        RIVAL(Phase.FENCED, Phase.FENCED),
        /** Its role or its lag cannot be told. */
        UNDECIDED(Phase.NEW, Phase.DOUBTED),
        /** A replica above the limit for eviction. */
        STALE(Phase.LAGGING, Phase.LAGGING),
        /** A replica between the two limits. */
        WITHIN(Phase.ONLINE, Phase.LAGGING),
        /** A replica below the limit for readmission, or one whose lag is not judged: stays out for now. */
        FRESH(Phase.ONLINE, null),
        /** Fresh for as many probes in a row as readmission takes. */
        PROVEN(Phase.ONLINE, Phase.ONLINE);

        private final Phase fromTrusted;
        private final @Nullable Phase fromOut;

        Signal(Phase fromTrusted, @Nullable Phase fromOut) {
            this.fromTrusted = fromTrusted;
            this.fromOut = fromOut;
        }
    }

    private Phase phase = Phase.NEW;
    private int freshProbes;

    NodeState state() {
        return phase.state;
    }

    /** Fresh probes in a row. */
    int freshProbes() {
        return freshProbes;
    }

    /**
     * Takes a signal in.
     *
     * @param newProbe whether the node itself was just looked at, as opposed to what is around it having changed
     */
    void on(Signal signal, boolean newProbe) {
        if (signal != Signal.FRESH) {
            freshProbes = 0;
        } else if (newProbe) {
            freshProbes++;
        }
        Signal effective = signal == Signal.FRESH && freshProbes >= READMISSION_PROBES ? Signal.PROVEN : signal;
        if (phase.isTrusted()) {
            phase = effective.fromTrusted;
        } else if (effective.fromOut != null) {
            phase = effective.fromOut;
        }
    }
}
