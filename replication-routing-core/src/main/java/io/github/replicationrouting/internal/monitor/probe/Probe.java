package io.github.replicationrouting.internal.monitor.probe;

import org.jspecify.annotations.Nullable;

/** One probe of a node: what is asked, and what has been answered so far. */
public final class Probe {

    private final long launchedAt;
    private final long launchedOnClock;
    private final Asking replication;
    private final boolean renewsConnection;

    private volatile boolean opensConnection;

    /** What is known while the second statement waits. */
    private volatile ProbeResult.@Nullable Answered firstPart;

    /** Only for the monitor's thread. */
    private boolean settled;

    /** When to ask for the state of replication. */
    public enum Asking {
        NOW,
        /** Only through a new connection, whose account may see more than before. */
        WITH_NEW_CONNECTION,
        /** It hung a moment ago. */
        NEVER
    }

    /** @param launchedOnClock the same moment in {@link PauseAwareClock} */
    public Probe(long launchedAt, long launchedOnClock, Asking replication, boolean renewsConnection) {
        this.launchedAt = launchedAt;
        this.launchedOnClock = launchedOnClock;
        this.replication = replication;
        this.renewsConnection = renewsConnection;
    }

    public long launchedAt() {
        return launchedAt;
    }

    public long launchedOnClock() {
        return launchedOnClock;
    }

    /** Whether a connection is opened for it, which takes longer. */
    public boolean opensConnection() {
        return opensConnection;
    }

    public void opensConnection(boolean opens) {
        opensConnection = opens;
    }

    /** Whether the state of replication is asked for, too. */
    public boolean asksReplication(boolean onNewConnection) {
        return replication == Asking.NOW || (replication == Asking.WITH_NEW_CONNECTION && onNewConnection);
    }

    /** Whether to open a new connection, which has the privileges that the account has now. */
    boolean renewsConnection() {
        return renewsConnection;
    }

    public ProbeResult.@Nullable Answered firstPart() {
        return firstPart;
    }

    public void firstPart(ProbeResult.Answered answer) {
        firstPart = answer;
    }

    /** Returns true for the first caller: each probe counts once, as answered or as out of time. */
    public boolean settle() {
        boolean first = !settled;
        settled = true;
        return first;
    }

    public boolean isSettled() {
        return settled;
    }
}
