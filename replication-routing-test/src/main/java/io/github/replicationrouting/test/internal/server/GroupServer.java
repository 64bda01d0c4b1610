package io.github.replicationrouting.test.internal.server;

/**
 * The process of a member of a group.
 */
public interface GroupServer extends Server {

    /** Lets the next start make the server the first member of a group, where its command says so. */
    void bootstrapAtNextStart();

    /** Returns the position in the data of a server that does not run; empty where only a running server has it. */
    String storedPosition();

    /** Removes the data of a server that does not run. */
    void discardData();

    /** Drops all packets between this server and the others; the application still reaches it. */
    void cutFromPeers();

    /** Ends {@link #cutFromPeers()}. */
    void reconnectToPeers();
}
