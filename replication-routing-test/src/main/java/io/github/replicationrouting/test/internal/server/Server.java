package io.github.replicationrouting.test.internal.server;

import java.net.InetSocketAddress;

/**
 * The process of a database server.
 */
public interface Server extends AutoCloseable {

    /**
     * Starts the process on its existing data; does not wait until it answers.
     *
     * @param readOnly whether it starts read-only, where the server does not persist that itself
     */
    void start(boolean readOnly);

    /** Kills the process, as a crash would, and waits until it has ended. */
    void kill();

    /** Lets the process end as it does when its administrator stops it, and waits until it has ended. */
    void shutDown();

    /** Suspends the process: connections stay open and nothing answers. */
    void freeze();

    /** Resumes the process. */
    void thaw();

    boolean isRunning();

    /** Returns the unresolved address for this JVM; may change with every start. */
    InetSocketAddress address();

    /** Returns the address for the other servers of the cluster; never changes. */
    InetSocketAddress peerAddress();

    /** Returns the last lines of the server's log, for error messages. */
    String log();

    /** Ends the process and removes its data. */
    @Override
    void close();
}
