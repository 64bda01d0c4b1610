package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.WriterSettings;
import org.jspecify.annotations.Nullable;

/** The result of a probe. */
public sealed interface ProbeResult {

    /**
     * The server answered.
     *
     * @param sentAt when the probe was about to be sent: what the answer shows is at least this new
     * @param writerSettings the settings in which it must differ from other writers; null where it was not asked
     */
    record Answered(
            long sentAt,
            Observation observation,
            Replication replication,
            @Nullable WriterSettings writerSettings) implements ProbeResult {

        /** Creates the answer of a server that was not asked for its settings. */
        public Answered(long sentAt, Observation observation, Replication replication) {
            this(sentAt, observation, replication, null);
        }
    }

    /** The server did not answer, or refused the probe. */
    record Failed(ProbeFailure failure) implements ProbeResult {}
}
