package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which node replicates from which, by the sources that the nodes which answer show. */
final class ReplicationGraph {

    private final List<NodeView> nodes;
    private final int size;

    /** The other node that has the same server id and counts instead of this one, or -1. */
    private final int[] twin;

    /** Whether a node is connected to another as its source, directly or through others. */
    private final boolean[][] connected;

    /** The same with receivers that run without reaching their source. */
    private final boolean[][] replicating;

    /** @param incumbent the name of the primary so far, which is itself whatever other node has its id; null without one */
    ReplicationGraph(List<NodeView> nodes, @Nullable String incumbent) {
        this.nodes = nodes;
        this.size = nodes.size();
        this.twin = twins(incumbent);
        this.connected = paths(channel -> channel.receiver() == Receiver.ON);
        this.replicating = paths(channel -> channel.receiver() != Receiver.OFF);
    }

    private int[] twins(@Nullable String incumbent) {
        int[] twins = new int[size];
        Arrays.fill(twins, -1);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                if (isSameServer(nodes.get(i), nodes.get(j)) && twins[j] < 0) {
                    boolean second = nodes.get(i).name().equals(incumbent);
                    twins[second ? j : i] = second ? i : j;
                    if (!nodes.get(j).name().equals(incumbent) && !second && areTwoServers(i, j)) {
                        twins[j] = i;
                    }
                }
            }
        }
        return twins;
    }

    private static boolean isSameServer(NodeView one, NodeView other) {
        return one.currentAnswer() != null
                && other.currentAnswer() != null
                && one.isServer()
                && other.isServer()
                && Objects.equals(one.serverId(), other.serverId());
    }

    /**
     * Returns whether two nodes with one id are not known to be the same server, or cannot be: the data directory of one may have been
     * copied from the other. One server never has less than it had at an earlier answer.
     */
    private boolean areTwoServers(int i, int j) {
        Answer one = Objects.requireNonNull(nodes.get(i).currentAnswer());
        Answer other = Objects.requireNonNull(nodes.get(j).currentAnswer());
        boolean oneIsNewer = one.sentAt() - other.sentAt() >= 0;
        Answer newer = oneIsNewer ? one : other;
        Answer older = oneIsNewer ? other : one;
        Containment hasAll = Containment.of(newer, older);
        boolean ordered = newer.sentAt() - older.arrivedAt() >= 0;
        return one.observation().readOnly() != other.observation().readOnly()
                || hasAll == Containment.LACKING
                || (!ordered && (hasAll == Containment.NOT_COMPARED_YET || lacks(older, newer)));
    }

    private static boolean lacks(Answer one, Answer other) {
        Containment hasAll = Containment.of(one, other);
        return hasAll == Containment.LACKING || hasAll == Containment.NOT_COMPARED_YET;
    }

    private boolean[][] paths(Predicate<ReplicationChannel> counts) {
        boolean[][] paths = new boolean[size][size];
        for (int i = 0; i < size; i++) {
            if (nodes.get(i).currentAnswer() != null) {
                for (ReplicationChannel channel : nodes.get(i).channels()) {
                    int source = sourceOf(channel);
                    if (source >= 0 && source != i && counts.test(channel)) {
                        paths[i][source] = true;
                    }
                }
            }
        }
        for (int via = 0; via < size; via++) {
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    paths[i][j] |= i != j && paths[i][via] && paths[via][j];
                }
            }
        }
        return paths;
    }

    /** Returns the node to which a channel leads; -1 where no node is known to be that server. */
    int sourceOf(ReplicationChannel channel) {
        String id = channel.sourceId();
        int found = -1;
        for (int i = 0; i < size && id != null; i++) {
            if (twin[i] < 0 && id.equals(nodes.get(i).serverId()) && (found < 0 || isBetterKnown(i, found))) {
                found = i;
            }
        }
        return found;
    }

    /** Returns the other node that has the same server id and counts instead of this one, or -1. */
    int twinOf(int node) {
        return twin[node];
    }

    /** Prefers, of two nodes that are or were one server, the one that answers, and a server to an endpoint. */
    private boolean isBetterKnown(int i, int than) {
        boolean answers = nodes.get(i).currentAnswer() != null;
        boolean otherAnswers = nodes.get(than).currentAnswer() != null;
        return answers == otherAnswers
                ? nodes.get(i).isServer() && !nodes.get(than).isServer()
                : answers;
    }

    /** Returns the node of this name, or -1. */
    int indexOf(@Nullable String name) {
        for (int i = 0; i < size; i++) {
            if (nodes.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether a node receives from another, directly or through others. */
    boolean isConnected(int replica, int source) {
        return connected[replica][source];
    }

    /** Returns whether a node's receiver runs, whether or not it reaches the other, directly or through others. */
    boolean isReplicating(int replica, int source) {
        return replicating[replica][source];
    }

    /** Returns whether a node receives from another one that does not receive from it. */
    boolean isReplicaOf(int replica, int source) {
        return connected[replica][source] && !connected[source][replica];
    }

    /** Returns a node from which this one receives, and that does not receive from it, or -1. */
    int sourceOf(int node) {
        for (int j = 0; j < size; j++) {
            if (isReplicaOf(node, j)) {
                return j;
            }
        }
        return -1;
    }

    /**
     * Returns the channel that makes a node a replica, whatever its receiver does; null where it has none. None is one that closes a
     * ring of replicating nodes, one that is stopped and leads to a node which is connected to this one, or, of a node
     * declared primary, one that leads out of the topology.
     */
    @Nullable
    ReplicationChannel sourceChannel(int node) {
        for (ReplicationChannel channel : nodes.get(node).channels()) {
            int source = sourceOf(channel);
            boolean leadsBack = source >= 0
                    && (channel.receiver() == Receiver.OFF ? connected[source][node] : replicating[source][node]);
            boolean leadsOut = source < 0 && nodes.get(node).isDeclared(DeclaredRole.PRIMARY);
            if (!leadsBack && !leadsOut) {
                return channel;
            }
        }
        return null;
    }

    /** Returns a node that has never answered and that may be anything but a declared replica; null where there is none. */
    @Nullable
    NodeView neverSeen() {
        for (NodeView node : nodes) {
            if (node.lastAnswer() == null && !node.isDeclared(DeclaredRole.REPLICA)) {
                return node;
            }
        }
        return null;
    }

    /** Returns the only one of several nodes that more than half of their followers follow, or -1. */
    int mostFollowed(List<Integer> candidates) {
        int voters = 0;
        int[] votes = new int[size];
        for (int i = 0; i < size; i++) {
            boolean follows = false;
            for (int candidate : candidates) {
                Answer answer = nodes.get(i).currentAnswer();
                if (answer != null
                        && answer.replicationIsCurrent()
                        && !candidates.contains(i)
                        && isReplicaOf(i, candidate)) {
                    votes[candidate]++;
                    follows = true;
                }
            }
            voters += follows ? 1 : 0;
        }
        int most = -1;
        for (int candidate : candidates) {
            if (2 * votes[candidate] > voters) {
                if (most >= 0) {
                    return -1;
                }
                most = candidate;
            }
        }
        return most;
    }
}
