package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.RingCheck;
import io.github.replicationrouting.internal.election.RingCheck.Diverged;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks servers that take writes besides each other and are in no group, at each evaluation, and announces what it
 * finds. On the monitor's thread only.
 */
final class RingMonitor {

    private final TopologyChangePublisher publisher;
    private final boolean multiPrimary;

    /** The divergences that were announced and are not repaired. */
    private final Set<Diverged> announced = new HashSet<>();

    RingMonitor(TopologyChangePublisher publisher, boolean multiPrimary) {
        this.publisher = publisher;
        this.multiPrimary = multiPrimary;
    }

    /**
     * Checks the servers.
     *
     * @param writer name of the node that takes the writes; null for none, or several
     */
    RingCheck.Result check(List<NodeRecord> nodes, @Nullable String writer) {
        if (!multiPrimary || nodes.stream().anyMatch(RingMonitor::isInGroup)) {
            announced.clear();
            return RingCheck.Result.NOTHING;
        }
        List<RingCheck.Member> members = nodes.stream()
                .filter(record -> record.isAlive() && !record.isEndpoint())
                .map(RingMonitor::member)
                .toList();
        RingCheck.Result result = RingCheck.check(members, writer);
        announced.retainAll(result.diverged());
        for (NodeRecord record : nodes) {
            result.diverged().stream()
                    .filter(found -> found.node().equals(record.name()) && announced.add(found))
                    .forEach(found -> publisher.diverged(record, found));
        }
        nodes.stream().findFirst().ifPresent(first -> result.problems()
                .forEach(problem -> publisher.warning(first, problem)));
        return result;
    }

    private static boolean isInGroup(NodeRecord record) {
        Observation seen = record.observation();
        return seen != null && seen.group() != null;
    }

    private static RingCheck.Member member(NodeRecord record) {
        Observation seen = record.observation();
        boolean takesWrites =
                seen != null && seen.writable() && record.node().spec().declaredRole() != DeclaredRole.REPLICA;
        return new RingCheck.Member(
                record.name(), record.replication().writerSettings(), record.channels(), takesWrites);
    }
}
