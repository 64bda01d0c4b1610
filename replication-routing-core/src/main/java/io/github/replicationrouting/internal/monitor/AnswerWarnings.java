package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeRecord.Changes;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult.Answered;
import io.github.replicationrouting.spi.Replication;

/** Logs what an answer shows beside the state of its node, and what an operator should change. */
final class AnswerWarnings {

    private final TopologyChangePublisher publisher;

    AnswerWarnings(TopologyChangePublisher publisher) {
        this.publisher = publisher;
    }

    void publish(NodeRecord record, Answered answer, Changes changes) {
        if (changes.acceptsProbesAgain()) {
            publisher.probeAccepted(record);
        }
        if (changes.semiSynchronousChanged()) {
            publisher.semiSynchronous(record);
        }
        String filters = record.replication().filters();
        if (!filters.isEmpty()) {
            publisher.warning(
                    record,
                    "replicates through a filter (" + filters
                            + "): it lacks rows although its position shows that it has them, which no comparison of"
                            + " positions detects. Remove the filter, or do not read from this node");
        }
        // The members of a group show what they are and have without it.
        boolean isMember = answer.observation().group() != null;
        if (!isMember && answer.replication() instanceof Replication.NotPermitted denied) {
            boolean countsTransactions = answer.observation().executed() != null;
            publisher.warning(
                    record,
                    "the monitor's account may not see the state of replication; "
                            + (countsTransactions
                                    ? "roles and lag come from positions alone. To grant it: "
                                    : "without GTIDs there is no other way to measure the lag. To grant it: ")
                            + denied.grant()
                            + " (<account>: that of replication.routing.monitor.username, or else the node's own)");
        }
    }
}
