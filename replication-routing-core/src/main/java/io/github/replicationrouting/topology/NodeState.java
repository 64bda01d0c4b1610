package io.github.replicationrouting.topology;

/** Whether a node can be used. Its code is exported in metrics and never changes. */
public enum NodeState {
    /** Not probed yet, or its role cannot be told. */
    UNKNOWN(0),
    /** In use. */
    ONLINE(1),
    /** Alive, but behind the limit: serves no reads. */
    LAGGING(2),
    /** Does not answer. */
    DOWN(3),
    /** Claims to be writable beside the primary: serves nothing. */
    FENCED(4),
    /** Takes no new work because somebody wants it so, while what runs on it ends. */
    DRAINING(5),
    /** Has ended its work, and takes none until somebody wants it back. */
    DRAINED(6);

    private final int code;

    NodeState(int code) {
        this.code = code;
    }

    /** Fixed number of this state. */
    public int code() {
        return code;
    }
}
