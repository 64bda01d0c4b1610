package io.github.replicationrouting.internal.connection.physical;

/**
 * What the sessions of a pool do besides what their users ask for. Immutable.
 *
 * @param tracksCommits whether the server reports their commits, which costs up to two more statements when one opens
 *     and none later
 * @param readCommittedInAutoCommit whether queries of read-only transactions at READ COMMITTED run in auto-commit
 */
public record SessionOptions(boolean tracksCommits, boolean readCommittedInAutoCommit) {

    /** Nothing. */
    public static final SessionOptions NONE = new SessionOptions(false, false);
}
