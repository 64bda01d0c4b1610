/** Replication positions of servers, and arithmetic on them. */
@NullMarked
package io.github.replicationrouting.position;

import org.jspecify.annotations.NullMarked;
