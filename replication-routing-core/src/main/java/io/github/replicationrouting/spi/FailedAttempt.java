package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.Node;
import org.jspecify.annotations.Nullable;

/**
 * What made an attempt of a transaction fail, as far as its connections saw it. Used by the thread of the transaction.
 */
public interface FailedAttempt {

    /** Returns the node that was lost, or lacks an object that the transaction names; null for none. */
    @Nullable
    Node lostNode();

    /** Returns whether the lost node answers, but lacks a table, column, routine or privilege. */
    boolean isObjectMissing();

    /** Returns whether the server rolled the transaction back because of a conflict with another transaction. */
    boolean isRolledBack();

    /** Returns the node that refused to write because it has become read-only or has left its group; null for none. */
    @Nullable
    Node demotedNode();
}
