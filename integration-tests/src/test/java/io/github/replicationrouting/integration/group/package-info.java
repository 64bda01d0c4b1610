/** Galera clusters and replication groups: what members report, and what follows from it. */
@NullMarked
package io.github.replicationrouting.integration.group;

import org.jspecify.annotations.NullMarked;
