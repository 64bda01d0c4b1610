package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;

/** What came of a probe. */
sealed interface ProbeAnswer {

    /**
     * The server answered.
     *
     * @param sentAt when the question was about to be sent: what the answer shows is at least this new
     */
    record Answered(long sentAt, Observation observation, Replication replication) implements ProbeAnswer {}

    /** It did not. */
    record Failed(ProbeFailure failure) implements ProbeAnswer {}
}
