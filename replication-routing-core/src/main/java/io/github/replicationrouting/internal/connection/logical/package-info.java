/** Connections above the pools, routed for each transaction at its first statement. */
@NullMarked
package io.github.replicationrouting.internal.connection.logical;

import org.jspecify.annotations.NullMarked;
