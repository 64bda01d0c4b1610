package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.sql.Account;
import java.time.Duration;

/**
 * What all nodes of a cluster have in common.
 */
public record ClusterSettings(
        String database,
        Account application,
        Account monitor,
        Account replication,
        boolean gtids,
        Duration awaitTimeout) {}
