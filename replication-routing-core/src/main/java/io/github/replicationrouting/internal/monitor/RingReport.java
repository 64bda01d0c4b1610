package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.RingCheck;
import io.github.replicationrouting.internal.election.RingCheck.Diverged;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reports what is wrong with the servers of a ring, each thing once until it is over. On the monitor's thread only. */
final class RingReport {

    private final TopologyChangePublisher publisher;
    private Set<String> problems = Set.of();

    /** The divergence that was reported last, by node. */
    private final Map<String, Diverged> diverged = new HashMap<>();

    RingReport(TopologyChangePublisher publisher) {
        this.publisher = publisher;
    }

    /** Reports what is new; of a node that does not answer what was reported stands. */
    void publish(List<NodeRecord> nodes, RingCheck.Result found) {
        if (found.problems().isEmpty() && found.diverged().isEmpty() && problems.isEmpty() && diverged.isEmpty()) {
            return;
        }
        found.problems().stream().filter(problem -> !problems.contains(problem)).forEach(publisher::ringProblem);
        problems = new HashSet<>(found.problems());
        for (NodeRecord record : new ArrayList<>(nodes)) {
            divergence(record, found);
        }
    }

    private void divergence(NodeRecord record, RingCheck.Result found) {
        Diverged now = found.diverged().stream()
                .filter(node -> node.node().equals(record.name()))
                .findFirst()
                .orElse(null);
        Diverged before = diverged.get(record.name());
        if (now != null) {
            diverged.put(record.name(), now);
            if (before == null || before.errorCode() != now.errorCode()) {
                publisher.diverged(record, now);
            }
        } else if (before != null && record.isAlive()) {
            diverged.remove(record.name());
            publisher.appliesAgain(record);
        }
    }
}
