package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of an election. Immutable.
 *
 * @param primary index of the primary, or -1
 * @param reason why it is the primary
 * @param noPrimaryReason why there is none, as text; null exactly when there is one
 * @param assessments what each node is, in the order of the nodes
 * @param pending index of the node that will be the primary unless another node contradicts it; -1 where there is none
 * @param writers indexes of the nodes that take writes: the primary alone, or several
 * @param group the view of the group in which the nodes are used; null where they are in none
 * @param ring what is wrong with servers that take writes besides each other in no group
 */
public record ElectionResult(
        int primary,
        Reason reason,
        @Nullable String noPrimaryReason,
        List<NodeAssessment> assessments,
        int pending,
        List<Integer> writers,
        @Nullable GroupView group,
        RingCheck.Result ring) {

    /** The rule behind a primary or its absence. */
    public enum Reason {
        /** It was the primary before, and is fit. */
        INCUMBENT,
        /** The primary is gone, and the promotion of this node was seen. */
        PROMOTION,
        /** This instance knew no primary, and nothing contradicts this node. */
        SOLE_CANDIDATE,
        /** Of several writable nodes it is the one that the others follow, or the one declared primary. */
        SUPPORTED,
        /** Of several writable nodes it is the last primary ({@code writes.on-multiple-writable=stick}). */
        STICKY,
        /** A node is found to be the primary, once other nodes that take writes have been probed once more. */
        PENDING,
        /** The primary is gone, and no promotion was seen. */
        NO_SUCCESSOR,
        /** More than one node claims to be the primary. */
        CONTESTED,
        /** This instance knew no primary, and no node can be taken for one. */
        NO_CANDIDATE,
        /** The group of the nodes, or the write policy among its members, decides. */
        GROUP,
        /** No member of the group takes writes. */
        NO_MEMBER
    }

    public ElectionResult {
        assessments = List.copyOf(assessments);
        writers = List.copyOf(writers);
    }

    /** Creates the result of an election of one primary among servers that are in no group. */
    public ElectionResult(
            int primary,
            Reason reason,
            @Nullable String noPrimaryReason,
            List<NodeAssessment> assessments,
            int pending) {
        this(
                primary,
                reason,
                noPrimaryReason,
                assessments,
                pending,
                primary < 0 ? List.of() : List.of(primary),
                null,
                RingCheck.Result.NOTHING);
    }

    /**
     * Returns the same result without its primary, which is to be probed once more first.
     *
     * @param noPrimaryReason why there is no primary
     */
    public ElectionResult postponed(String noPrimaryReason) {
        return without(new NodeAssessment(Role.REPLICA, false, null, null), noPrimaryReason);
    }

    /**
     * Returns the same result without its primary, which is not to be written to.
     *
     * @param reason why the node is not the primary
     * @param noPrimaryReason why there is no primary
     */
    public ElectionResult refused(String reason, String noPrimaryReason) {
        return without(new NodeAssessment(Role.UNKNOWN, true, reason, null), noPrimaryReason);
    }

    private ElectionResult without(NodeAssessment instead, String noPrimaryReason) {
        List<NodeAssessment> all = new ArrayList<>(assessments);
        all.set(primary, instead);
        return new ElectionResult(-1, Reason.PENDING, noPrimaryReason, all, primary);
    }
}
