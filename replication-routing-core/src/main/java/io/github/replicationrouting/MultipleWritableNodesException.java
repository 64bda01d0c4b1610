package io.github.replicationrouting;

/**
 * Thrown when several nodes are writable and none of them can be identified as the primary, so that writes are refused
 * rather than split. Nothing was sent to any server. Make all but one of the nodes read-only, or declare them with
 * {@code replication.routing.nodes.<name>.role=replica}. SQLState 08001.
 */
public final class MultipleWritableNodesException extends NoWritableNodeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with SQLState 08001.
     *
     * @param message names the nodes and how to resolve the conflict
     */
    public MultipleWritableNodesException(String message) {
        super(message);
    }
}
