package io.github.replicationrouting.test;

import java.net.InetSocketAddress;

/**
 * A database server as a process: what can be done to it from outside.
 */
interface Server extends AutoCloseable {

    /**
     * Starts the process on the data that it left; does not wait until it answers.
     *
     * @param readOnly whether it comes up read-only, where the server does not remember that by itself
     */
    void start(boolean readOnly);

    /** Ends the process at once, as a crash would, and waits until it is gone. */
    void kill();

    /** Stops the process without ending it: connections stay open and nothing answers. */
    void freeze();

    void thaw();

    boolean isRunning();

    /** Where this JVM reaches the server, unresolved; may change with every start. */
    InetSocketAddress address();

    /** Where the other servers of the cluster reach it; the same for ever. */
    InetSocketAddress peerAddress();

    /** The end of the server's log, for messages. */
    String log();

    /** Ends the process and removes what it left. */
    @Override
    void close();
}
