/** Connections below the pools: plain JDBC semantics without statements that change nothing. */
@NullMarked
package io.github.replicationrouting.internal.connection.physical;

import org.jspecify.annotations.NullMarked;
