package io.github.replicationrouting;

/** Several nodes claim to be writable and nothing shows which is right, so none is written to. SQLState 08001. */
public final class MultipleWritableNodesException extends NoWritableNodeException {

    private static final long serialVersionUID = 1L;

    /** The message names the nodes and what would settle it. */
    public MultipleWritableNodesException(String message) {
        super(message);
    }

    @Override
    public MultipleWritableNodesException with(String explanation) {
        return new MultipleWritableNodesException(getMessage() + " " + explanation);
    }
}
