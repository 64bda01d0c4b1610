package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;

/** The result of a probe. */
public sealed interface ProbeResult {

    /**
     * The server answered.
     *
     * @param sentAt when the probe was about to be sent: what the answer shows is at least this new
     */
    record Answered(long sentAt, Observation observation, Replication replication) implements ProbeResult {}

    /** The server did not answer, or refused the probe. */
    record Failed(ProbeFailure failure) implements ProbeResult {}
}
