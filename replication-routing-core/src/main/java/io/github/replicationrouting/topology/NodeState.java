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
    FENCED(4);

    private final int code;

    NodeState(int code) {
        this.code = code;
    }

    /** Fixed number of this state. */
    public int code() {
        return code;
    }
}
