package io.github.replicationrouting.spi;

import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stream of changes that a replica receives and applies.
 *
 * @param name the channel's name, empty for the default one
 * @param host the source as the replica addresses it
 * @param port its port
 * @param sourceId the source's {@link Observation#serverId()}, null while the replica has never reached it
 * @param executed place in the source's own log up to which changes are applied; null where that is not known
 * @param receiver whether changes arrive
 * @param applierRunning whether they are applied
 * @param behind how far the applier is behind the source, in whole seconds; null where the server cannot tell
 * @param delay delay that is configured for the applier
 * @param errorCode the server's number of the last error of receiver or applier, 0 for none
 * @param filters settings that keep it from applying everything, such as {@code replicate_do_db=shop}
 */
public record ReplicationChannel(
        String name,
        String host,
        int port,
        @Nullable String sourceId,
        @Nullable Position executed,
        Receiver receiver,
        boolean applierRunning,
        @Nullable Duration behind,
        Duration delay,
        int errorCode,
        List<String> filters) {

    public ReplicationChannel {
        filters = List.copyOf(filters);
    }

    /** Creates a channel that applies everything. */
    public ReplicationChannel(
            String name,
            String host,
            int port,
            @Nullable String sourceId,
            @Nullable Position executed,
            Receiver receiver,
            boolean applierRunning,
            @Nullable Duration behind,
            Duration delay,
            int errorCode) {
        this(name, host, port, sourceId, executed, receiver, applierRunning, behind, delay, errorCode, List.of());
    }

    /** State of the thread that receives. */
    public enum Receiver {
        OFF,
        /** Running without a connection to its source. */
        CONNECTING,
        ON
    }
}
