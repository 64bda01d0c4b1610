package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.topology.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an election has found. Immutable.
 *
 * @param primary index of the primary, or -1
 * @param reason why it is the primary
 * @param noPrimaryReason why there is none, in words; null exactly when there is one
 * @param findings what each node is, in the order of the nodes
 * @param promised index of the node that will be the primary unless another node speaks against it; -1 where there is none
 */
public record Outcome(
        int primary, Reason reason, @Nullable String noPrimaryReason, List<Finding> findings, int promised) {

    /** On what a primary, or its absence, is based. */
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
        NO_CANDIDATE
    }

    public Outcome {
        findings = List.copyOf(findings);
    }

    /** The same without its primary, which is to be probed once more first; {@code why} is why there is none. */
    public Outcome postponed(String why) {
        return without(new Finding(Role.REPLICA, false, null, null), why);
    }

    /**
     * The same without its primary, which is not to be written to.
     *
     * @param doubt why not, said of the node
     * @param why why there is no primary
     */
    public Outcome refused(String doubt, String why) {
        return without(new Finding(Role.UNKNOWN, true, doubt, null), why);
    }

    private Outcome without(Finding instead, String why) {
        List<Finding> all = new ArrayList<>(findings);
        all.set(primary, instead);
        return new Outcome(-1, Reason.PENDING, why, all, primary);
    }
}
