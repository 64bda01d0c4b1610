package io.github.replicationrouting.spi;

/** Why a transaction is not run again. The labels are the same in logs, metrics and answers, and never change. */
public enum RetryRefusal {
    COMMITTED("committed-elsewhere", "something inside has committed, or may have, and would be done twice"),
    RESPONSE_COMMITTED("response-committed", "part of the web response has been sent"),
    STREAM("stream", "the method hands its rows over one by one, and may have handed over some"),
    PERSISTENCE_CONTEXT(
            "persistence-context",
            "the persistence context outlives the transaction and held entities before it began"),
    ENTITIES("entities", "an object that it saves was changed by an earlier run, or there are too many to tell"),
    NO_RETRY("no-retry", "@NoRetry says so"),
    TIMEOUT("timeout", "the timeout of the transaction is over"),
    INTERRUPTED("interrupted", "the thread was interrupted"),
    UNREADY("unready", "what is around the transaction could not be made ready for another run");

    private final String label;
    private final String words;

    RetryRefusal(String label, String words) {
        this.label = label;
        this.words = words;
    }

    /** The word used outside of Java. */
    public String label() {
        return label;
    }

    /** The reason, as the end of a sentence. */
    public String words() {
        return words;
    }
}
