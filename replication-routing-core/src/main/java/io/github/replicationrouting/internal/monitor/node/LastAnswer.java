package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.election.MemberHistory;
import io.github.replicationrouting.internal.election.RoleHistory;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult.Answered;
import io.github.replicationrouting.spi.Observation;
import org.jspecify.annotations.Nullable;

/** The newest answer of one node, and what its answers have shown of its role. Changed by each answer alone. */
public final class LastAnswer {

    private @Nullable Observation observation;
    private long sentAt;
    private long arrivedAt;
    private @Nullable Boolean semiSynchronous;
    private RoleHistory roles = RoleHistory.NONE;
    private MemberHistory member = MemberHistory.NONE;

    LastAnswer(long now) {
        this.sentAt = now - 1;
    }

    /**
     * Takes in an answer.
     *
     * @return whether it shows a change in whether commits wait for a replica; what is first learnt of a primary is
     *     none
     */
    boolean take(Answered answer, long now) {
        sentAt = answer.sentAt();
        arrivedAt = now;
        observation = answer.observation();
        if (!answer.observation().writable()) {
            semiSynchronous = null;
            return false;
        }
        Boolean before = semiSynchronous;
        if (answer.observation().semiSynchronous() != null) {
            semiSynchronous = answer.observation().semiSynchronous();
        }
        return before != null && !before.equals(semiSynchronous);
    }

    void roles(RoleHistory now) {
        roles = now;
    }

    void member(MemberHistory now) {
        member = now;
    }

    /** What the node has answered; null before its first answer. */
    public @Nullable Observation observation() {
        return observation;
    }

    /** When the newest answer that counts was asked for. */
    public long sentAt() {
        return sentAt;
    }

    /** When it had come. */
    public long arrivedAt() {
        return arrivedAt;
    }

    /** Whether the commits of this primary wait for a replica; null where that is not known. */
    public @Nullable Boolean semiSynchronous() {
        return semiSynchronous;
    }

    public RoleHistory roles() {
        return roles;
    }

    /** What the answers have shown of the node's group and its writes. */
    public MemberHistory member() {
        return member;
    }
}
