package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Says why the nodes of a group take no writes. Nodes are named by their index. */
final class GroupMessages {

    private final List<NodeView> nodes;
    private final GroupViews views;

    /** Why nodes are not used although they answer, by their name. */
    private final Map<String, String> evicted;

    GroupMessages(List<NodeView> nodes, GroupViews views, Map<String, String> evicted) {
        this.nodes = nodes;
        this.views = views;
        this.evicted = evicted;
    }

    static String divergence(WritePolicy policy) {
        return "replication.routing.writes.policy="
                + policy.name().toLowerCase(Locale.ROOT).replace('_', '-')
                + " writes to several servers, which are in no group and detect no conflict: set it to single or"
                + " affinity, or set replication.routing.writes.allow-divergence=true";
    }

    String severalPrimaries(List<Integer> fit) {
        return names(fit) + " take writes, and each is a member of a group with several primaries: set"
                + " replication.routing.topology=multi-primary";
    }

    String eachNode() {
        return IntStream.range(0, nodes.size())
                .mapToObj(i -> nodes.get(i).name() + " " + whyNoWrites(i))
                .collect(Collectors.joining(", "));
    }

    private String whyNoWrites(int i) {
        NodeView node = nodes.get(i);
        Answer answer = node.currentAnswer();
        if (answer == null) {
            return absence(i);
        }
        String problem = views.problemOf(i);
        if (problem != null) {
            return "is not fit (" + problem + ")";
        }
        String diverged = evicted.get(node.name());
        if (diverged != null) {
            return diverged;
        }
        if (node.drained()) {
            return "is drained";
        }
        if (node.isDeclared(DeclaredRole.REPLICA)) {
            return "is declared a replica";
        }
        return answer.observation().writable() ? "is no member of the group" : "is read-only";
    }

    String absence(int i) {
        return ElectionMessages.absence(nodes.get(i));
    }

    String names(List<Integer> indexes) {
        return indexes.stream().map(i -> nodes.get(i).name()).collect(Collectors.joining(", "));
    }
}
