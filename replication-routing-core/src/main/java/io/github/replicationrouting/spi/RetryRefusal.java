package io.github.replicationrouting.spi;

/** The reason why a failed transaction is not retried. The labels never change. */
public enum RetryRefusal {
    /** Work inside the transaction has been committed, or may have been. */
    COMMITTED_ELSEWHERE(
            "committed-elsewhere", "work inside it was committed, or may have been, and would be done twice"),
    /** The web response is committed. */
    RESPONSE_COMMITTED("response-committed", "part of the web response has been sent"),
    /** The method delivers its rows while it reads them. */
    STREAM("stream", "the method streams its rows and may have delivered some of them"),
    /** A persistence context outlives the transaction and cannot be restored. */
    PERSISTENCE_CONTEXT(
            "persistence-context",
            "the persistence context outlives the transaction and held entities before it began"),
    /** An object that the transaction saves was changed by an earlier attempt, or cannot be tracked. */
    ENTITIES(
            "entities",
            "an object that it saves was changed by an earlier attempt, or there are too many objects to track"),
    /** {@link io.github.replicationrouting.NoRetry @NoRetry} forbids it. */
    NO_RETRY("no-retry", "@NoRetry forbids it"),
    /** The timeout of the transaction leaves no time for a retry. */
    TIMEOUT("timeout", "the timeout of the transaction leaves no time for it"),
    /** The thread was interrupted. */
    INTERRUPTED("interrupted", "the thread was interrupted"),
    /** A {@link RetryGuard} failed, or the state of an object could not be restored. */
    UNREADY("unready", "the state around the transaction could not be restored");

    private final String label;
    private final String description;

    RetryRefusal(String label, String description) {
        this.label = label;
        this.description = description;
    }

    /** Returns the label for logs, metrics and the endpoint. */
    public String label() {
        return label;
    }

    /** Returns the reason as a clause, for the end of a sentence. */
    public String description() {
        return description;
    }
}
