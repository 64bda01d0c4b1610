/** Positions compared with the servers' own arithmetic. */
@NullMarked
package io.github.replicationrouting.integration.position;

import org.jspecify.annotations.NullMarked;
