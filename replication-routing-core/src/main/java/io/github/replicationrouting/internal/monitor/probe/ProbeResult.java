package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;

/** What came of a probe. */
public sealed interface ProbeResult {

    /**
     * The server answered.
     *
     * @param sentAt when the question was about to be sent: what the answer shows is at least this new
     */
    record Answered(long sentAt, Observation observation, Replication replication) implements ProbeResult {}

    /** It did not. */
    record Failed(ProbeFailure failure) implements ProbeResult {}
}
