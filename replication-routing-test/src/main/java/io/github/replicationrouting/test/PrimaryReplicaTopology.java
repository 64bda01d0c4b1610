package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.node.NodeReplication;
import java.sql.SQLException;
import java.util.List;

/**
 * A primary and its replicas: which node is meant to be the primary, and the changes of that. Changes are guarded by the
 * cluster.
 */
final class PrimaryReplicaTopology implements ClusterTopology {

    private final List<ClusterNode> nodes;

    private final ClusterSettings settings;

    private volatile ClusterNode primary;

    PrimaryReplicaTopology(List<ClusterNode> nodes, ClusterSettings settings) {
        this.nodes = nodes;
        this.settings = settings;
        this.primary = nodes.get(0);
    }

    @Override
    public void start() {
        ClusterNode.concurrently(nodes, ClusterNode::initialize);
        primary.execute(List.of("CREATE DATABASE `%s`".formatted(settings.database())));
        replicas().forEach(node -> node.follow(primary));
        awaitRoles();
        awaitReplicated();
    }

    @Override
    public ClusterNode primary() {
        return primary;
    }

    @Override
    public void primary(ClusterNode node) {
        primary = node;
    }

    @Override
    public List<ClusterNode> replicas() {
        return nodes.stream().filter(node -> node != primary).toList();
    }

    // Promotion

    @Override
    public void promote(ClusterNode node) {
        ClusterNode old = primary;
        if (node == old) {
            return;
        }
        if (old.answers()) {
            old.readOnly(true);
            node.resume();
            node.awaitPosition(old.position());
        } else {
            node.drain();
        }
        List<ClusterNode> others =
                nodes.stream().filter(other -> other != node && other.answers()).toList();
        List<ClusterNode> upToDate = settings.gtids()
                ? List.of()
                : others.stream().filter(other -> catchesUp(other, node, old)).toList();
        String logPosition = node.replication().logPosition();
        node.lead();
        primary = node;
        for (ClusterNode other : others) {
            if (upToDate.contains(other)) {
                other.follow(node, logPosition);
            } else {
                rejoin(other);
            }
        }
    }

    /**
     * Lets a node execute what it can get, without GTIDs. Returns whether it then has exactly what the next primary
     * has.
     */
    private static boolean catchesUp(ClusterNode other, ClusterNode next, ClusterNode old) {
        if (other == old) {
            return true;
        }
        NodeReplication replication = other.replication();
        try {
            if (!replication.follows(old.replication())
                    || replication.isBroken()
                    || replication.isAheadOf(old.replication())) {
                return false;
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot read the replication state of " + other, ex);
        }
        if (old.answers()) {
            other.resume();
            other.awaitPosition(old.position());
            return true;
        }
        other.drain();
        return other.position().equals(next.position());
    }

    @Override
    public void consolidate(ClusterNode node) {
        if (!settings.gtids()) {
            throw new IllegalStateException("Cannot compare the replicas: this cluster has no GTIDs");
        }
        if (primary.answers()) {
            throw new IllegalStateException(
                    "Only a lost primary leaves anything to consolidate, but %s answers; promote without consolidation"
                            .formatted(primary));
        }
        node.drain();
        try {
            for (ClusterNode other : replicas()) {
                if (other != node && other.answers() && other.replication().hasSource(primary.replication())) {
                    other.drain();
                    if (other.replication().isAheadOf(node.replication())) {
                        node.follow(other);
                        node.awaitPosition(other.position());
                    }
                }
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot compare the positions of the replicas", ex);
        }
    }

    @Override
    public void rejoin(ClusterNode node) {
        settle(node);
        try {
            // Without GTIDs the position to start at is unknown.
            if (!settings.gtids() || node.replication().isAheadOf(primary.replication())) {
                node.rebuild(primary);
            } else {
                node.follow(primary);
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot rejoin " + node, ex);
        }
    }

    /** An old primary may still execute what it received before it was frozen; a read-only server has finished that. */
    private static void settle(ClusterNode node) {
        node.readOnly(true);
    }

    @Override
    public void restartGroup() {
        throw new IllegalStateException("A primary and its replicas are no group: kill and start the nodes");
    }

    // Healing

    @Override
    public void heal() {
        nodes.forEach(ClusterNode::endFaults);
        primary.readOnly(false);
        try {
            for (ClusterNode replica : replicas()) {
                heal(replica);
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot heal the cluster:\n" + ClusterNode.describe(nodes), ex);
        }
        awaitHealed();
        if (primary != nodes.get(0)) {
            promote(nodes.get(0));
            awaitHealed();
        }
    }

    private void heal(ClusterNode replica) throws SQLException {
        settle(replica);
        NodeReplication replication = replica.replication();
        if (replication.isBroken() || replication.isAheadOf(primary.replication())) {
            replica.rebuild(primary);
        } else if (!replication.follows(primary.replication())) {
            rejoin(replica);
        } else {
            replica.resume();
        }
    }

    /**
     * Waits until the replicas have replicated everything; rebuilds those that replicate and still do not get there.
     */
    private void awaitHealed() {
        awaitRoles();
        try {
            awaitReplicated();
        } catch (AssertionError stuck) {
            String position = primary.position();
            replicas().stream().filter(replica -> !replica.contains(position)).forEach(this::rebuild);
            awaitReplicated();
        }
    }

    private void rebuild(ClusterNode replica) {
        try {
            replica.rebuild(primary);
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot rebuild " + replica, ex);
        }
    }

    // Waiting

    @Override
    public void awaitRoles() {
        await("all nodes have their roles", () -> {
            for (ClusterNode node : nodes) {
                NodeReplication replication = node.replication();
                if (node == primary ? replication.isReadOnly() : !isReplica(replication)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean isReplica(NodeReplication replication) throws SQLException {
        return replication.isReadOnly() && replication.replicates();
    }

    @Override
    public void awaitReplicated() {
        String position = primary.position();
        await("all replicas contain " + position, () -> {
            for (ClusterNode replica : replicas()) {
                if (!replica.replication().hasExecuted(position)) {
                    return false;
                }
            }
            return true;
        });
    }

    private void await(String what, Await.Condition condition) {
        Await.until(settings.awaitTimeout(), what, () -> ClusterNode.describe(nodes), condition);
    }
}
