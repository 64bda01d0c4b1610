/** Positions, held against what the servers themselves make of them. */
@NullMarked
package io.github.replicationrouting.integration.position;

import org.jspecify.annotations.NullMarked;
