package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.node.GroupMember;
import io.github.replicationrouting.test.internal.sql.GroupState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A group whose servers decide themselves who is a member, and who may write.
 */
final class GroupTopology implements ClusterTopology {

    /** A group without faults is whole by then: members that it has expelled have noticed that, and joined again. */
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(20);

    /** A transaction that a group without faults cannot commit by then waits for a member that is lost. */
    private static final Duration PROOF_TIMEOUT = Duration.ofSeconds(3);

    private final List<ClusterNode> nodes;

    private final ClusterSettings settings;

    private final boolean singlePrimary;

    /** Prepares the data of the first member, which the others get. */
    private final Consumer<ClusterNode> preparation;

    GroupTopology(
            List<ClusterNode> nodes,
            ClusterSettings settings,
            boolean singlePrimary,
            Consumer<ClusterNode> preparation) {
        this.nodes = nodes;
        this.settings = settings;
        this.singlePrimary = singlePrimary;
        this.preparation = preparation;
    }

    @Override
    public void start() {
        ClusterNode.concurrently(nodes, ClusterNode::initialize);
        ClusterNode first = nodes.get(0);
        first.bootstrap();
        preparation.accept(first);
        first.execute(List.of("CREATE DATABASE `%s`".formatted(settings.database())));
        nodes.stream().skip(1).forEach(ClusterNode::join);
        awaitRoles();
        awaitReplicated();
    }

    // Roles

    @Override
    public ClusterNode primary() {
        for (ClusterNode node : nodes) {
            if (node.member().isServing()) {
                if (!singlePrimary) {
                    return node;
                }
                String primary = primarySeenBy(node);
                if (!primary.isEmpty()) {
                    return nodes.stream()
                            .filter(other -> other.name().equals(primary))
                            .findFirst()
                            .orElseThrow();
                }
            }
        }
        throw new IllegalStateException(
                "No member of a group with a majority knows a primary:%n%s".formatted(ClusterNode.describe(nodes)));
    }

    private static String primarySeenBy(ClusterNode node) {
        try {
            return node.member().state().primary();
        } catch (SQLException ex) {
            return "";
        }
    }

    @Override
    public void primary(ClusterNode node) {
        throw unsupported("its members know their primary themselves");
    }

    @Override
    public List<ClusterNode> replicas() {
        ClusterNode primary = primary();
        return nodes.stream().filter(node -> node != primary).toList();
    }

    @Override
    public void promote(ClusterNode node) {
        if (!singlePrimary) {
            throw new IllegalStateException("Cannot promote %s: each member of a cluster of kind %s is a primary"
                    .formatted(node, settings.kind()));
        }
        node.becomePrimary();
        awaitRoles();
    }

    @Override
    public void consolidate(ClusterNode node) {
        throw unsupported("the members of a group have received the same");
    }

    @Override
    public void rejoin(ClusterNode node) {
        try {
            node.join();
        } catch (AssertionError | IllegalStateException stuck) {
            if (nodes.stream()
                    .noneMatch(other -> other != node && other.member().isServing())) {
                throw stuck;
            }
            node.startWithoutData();
        }
    }

    private IllegalStateException unsupported(String reason) {
        return new IllegalStateException("This is a cluster of kind %s: %s".formatted(settings.kind(), reason));
    }

    // Faults of the whole group

    @Override
    public void restartGroup() {
        nodes.forEach(ClusterNode::kill);
        bootstrapMostAdvanced();
        awaitRoles();
        awaitReplicated();
    }

    private void bootstrapMostAdvanced() {
        Map<ClusterNode, String> positions = new ConcurrentHashMap<>();
        ClusterNode.concurrently(nodes, node -> positions.put(node, node.restartPosition()));
        ClusterNode first = nodes.get(0);
        for (ClusterNode node : nodes) {
            if (node.isBeyond(positions.getOrDefault(node, ""), positions.getOrDefault(first, ""))) {
                first = node;
            }
        }
        first.bootstrap();
        first.open();
        for (ClusterNode node : nodes) {
            if (node != first) {
                node.join();
            }
        }
    }

    // Healing

    @Override
    public void heal() {
        boolean undisturbed = nodes.stream().noneMatch(ClusterNode::isDisturbed);
        nodes.forEach(ClusterNode::endFaultsOfProcess);
        nodes.stream().filter(ClusterNode::isRunning).forEach(ClusterNode::endFaultsOfRole);
        if (!undisturbed || !isWhole()) {
            repair();
        }
        if (singlePrimary && primary() != nodes.get(0)) {
            promote(nodes.get(0));
        }
        awaitReplicated();
        nodes.forEach(ClusterNode::undisturbed);
    }

    private void repair() {
        try {
            ClusterNode.concurrently(nodes, ClusterNode::start);
            Await.until(
                    SETTLE_TIMEOUT,
                    "the group is whole",
                    () -> ClusterNode.describe(nodes),
                    () -> isSettled() || provesWhole());
        } catch (AssertionError | IllegalStateException broken) {
            // What has not returned by itself by now never will.
        }
        rejoinOthers();
        awaitRoles();
    }

    /** Returns whether nothing more happens by itself, although not all nodes serve. */
    private boolean isSettled() {
        int serving = 0;
        int out = 0;
        for (ClusterNode node : nodes) {
            if (node.member().isServing()) {
                serving++;
            } else if (node.member().isOut()) {
                out++;
            }
        }
        boolean noMajority = serving == 0 && out * 2 >= nodes.size();
        return out > 0 && (noMajority || serving + out == nodes.size());
    }

    /** Returns whether a transaction reaches every member: a view alone may be older than the fault. */
    private boolean provesWhole() throws SQLException {
        if (!isWhole()) {
            return false;
        }
        GroupMember primary = primary().member();
        primary.write("CREATE DATABASE IF NOT EXISTS `%s`".formatted(settings.database()), PROOF_TIMEOUT);
        return isWhole() && allContain(primary.position());
    }

    private void rejoinOthers() {
        List<ClusterNode> others =
                nodes.stream().filter(node -> !node.member().isServing()).toList();
        if (others.size() == nodes.size()) {
            bootstrapMostAdvanced();
        }
        for (ClusterNode node : others) {
            if (!node.member().isServing()) {
                rejoin(node);
            }
        }
    }

    /** Returns whether every node sees the same group, of all of them. */
    private boolean isWhole() {
        List<GroupState> states = new ArrayList<>();
        for (ClusterNode node : nodes) {
            if (!node.answers()) {
                return false;
            }
            try {
                states.add(node.member().state());
            } catch (SQLException ex) {
                return false;
            }
        }
        GroupState first = states.get(0);
        return first.reached() == nodes.size()
                && first.members().size() == nodes.size()
                && singlePrimary != first.primary().isEmpty()
                && states.stream().allMatch(state -> state.serving() && state.agreesWith(first))
                && nodes.stream().allMatch(this::hasItsRole);
    }

    private boolean hasItsRole(ClusterNode node) {
        GroupMember member = node.member();
        try {
            boolean writable = !singlePrimary || member.state().primary().equals(node.name());
            return member.isReadOnly() != writable;
        } catch (SQLException ex) {
            return false;
        }
    }

    // Waiting

    @Override
    public void awaitRoles() {
        await("all nodes are members of one group", this::isWhole);
    }

    @Override
    public void awaitReplicated() {
        List<String> positions = nodes.stream()
                .filter(ClusterNode::answers)
                .map(ClusterNode::position)
                .toList();
        for (String position : positions) {
            await("all nodes contain " + position, () -> allContain(position));
        }
    }

    private boolean allContain(String position) throws SQLException {
        for (ClusterNode node : nodes) {
            if (!node.member().hasExecuted(position)) {
                return false;
            }
        }
        return true;
    }

    private void await(String what, Await.Condition condition) {
        Await.until(settings.awaitTimeout(), what, () -> ClusterNode.describe(nodes), condition);
    }
}
