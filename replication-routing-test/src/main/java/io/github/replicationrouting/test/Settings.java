package io.github.replicationrouting.test;

import java.time.Duration;

/**
 * What all nodes of a cluster have in common.
 */
record Settings(
        String database,
        Account application,
        Account monitor,
        Account replication,
        boolean gtids,
        Duration awaitTimeout) {}
