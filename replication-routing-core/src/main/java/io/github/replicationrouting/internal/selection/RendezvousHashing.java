package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Selects the node of a key, the same one in every process: each node has a score for the key, and the highest wins.
 * When a node leaves, only its own keys move, each to the node with the next score; when it returns, only those move
 * back. The number of keys of a node is in proportion to its configured weight. Immutable; a selection allocates
 * nothing.
 *
 * <p>Only the names and the configured weights of the nodes count, because everything else about a node may differ
 * between two instances of an application.
 *
 * <p>Source: D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on
 * Networking 6(1), 1998; with the weights of the logarithmic method of C. Schindelhauer, G. Schomaker, "Weighted
 * Distributed Hash Tables", SPAA 2005. The hash is FNV-1a (Fowler, Noll, Vo) of the text in UTF-8, mixed by the
 * finalizer of MurmurHash3 (A. Appleby).
 */
public final class RendezvousHashing {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** A double holds 52 bits and a half exactly. */
    private static final int DROPPED_BITS = 12;

    private static final double FRACTION = 0x1.0p-52;

    private final List<NodeStatus> nodes;
    private final long[] hashes;
    private final int[] weights;

    private RendezvousHashing(List<NodeStatus> nodes) {
        this.nodes = List.copyOf(nodes);
        this.hashes = this.nodes.stream().mapToLong(node -> hash(node.name())).toArray();
        this.weights = this.nodes.stream()
                .map(node -> node.node().spec())
                .mapToInt(NodeSpec::weight)
                .toArray();
    }

    /** @param nodes the nodes, in any order */
    public static RendezvousHashing over(List<NodeStatus> nodes) {
        return new RendezvousHashing(nodes);
    }

    /** Returns the hash of a text, which is the same in every process. */
    public static long hash(String text) {
        long hash = FNV_OFFSET;
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (next & 0xff)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /**
     * Returns the node of a key; there must be at least one node.
     *
     * @param key the {@link #hash} of the key
     */
    public NodeStatus select(long key) {
        int best = 0;
        double highest = score(0, key);
        for (int i = 1; i < hashes.length; i++) {
            double score = score(i, key);
            if (score > highest || (score == highest && isBefore(i, best))) {
                best = i;
                highest = score;
            }
        }
        return nodes.get(best);
    }

    /** Decides between equal scores by what all instances have in common. */
    private boolean isBefore(int node, int other) {
        return nodes.get(node).name().compareTo(nodes.get(other).name()) < 0;
    }

    private double score(int node, long key) {
        // From 0 to 1, both excluded, so that the logarithm is finite and negative.
        double fraction = ((mix(hashes[node] ^ key) >>> DROPPED_BITS) + 0.5) * FRACTION;
        return -weights[node] / Math.log(fraction);
    }

    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
