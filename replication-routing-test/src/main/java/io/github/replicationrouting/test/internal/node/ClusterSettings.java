package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.sql.Account;
import java.time.Duration;

/**
 * What all nodes of a cluster have in common.
 *
 * @param kind the name of the kind of cluster, for error messages
 */
public record ClusterSettings(
        String kind,
        String database,
        Account application,
        Account monitor,
        Account replication,
        boolean gtids,
        Duration awaitTimeout) {

    /** Returns the exception for what a node of this kind of cluster cannot do. */
    IllegalStateException unsupported(String node, String reason) {
        return new IllegalStateException("%s belongs to a cluster of kind %s: %s".formatted(node, kind, reason));
    }
}
