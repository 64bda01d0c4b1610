/** Proofs that writes survive the loss of a primary, and that nothing acknowledged is lost silently. */
@NullMarked
package io.github.replicationrouting.integration.failover;

import org.jspecify.annotations.NullMarked;
