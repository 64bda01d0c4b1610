/** Writes survive the loss of a primary, and no acknowledged write is lost silently. */
@NullMarked
package io.github.replicationrouting.integration.failover;

import org.jspecify.annotations.NullMarked;
