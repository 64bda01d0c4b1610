/** Routing among the members of a Galera cluster or a replication group. */
@NullMarked
package io.github.replicationrouting.integration.group;

import org.jspecify.annotations.NullMarked;
