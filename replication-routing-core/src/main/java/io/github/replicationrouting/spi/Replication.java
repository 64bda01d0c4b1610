package io.github.replicationrouting.spi;

import java.util.List;

/** The state of a server's own replication, or why it is not known. */
public sealed interface Replication {

    /** The server was not asked. */
    record NotAsked() implements Replication {}

    /**
     * The account may not ask.
     *
     * @param grant the statement that would allow it, without the name of the account
     */
    record NotPermitted(String grant) implements Replication {}

    /**
     * The server's answer.
     *
     * @param channels where its data comes from; empty for a server that replicates nothing
     */
    record Channels(List<ReplicationChannel> channels) implements Replication {
        public Channels {
            channels = List.copyOf(channels);
        }
    }
}
