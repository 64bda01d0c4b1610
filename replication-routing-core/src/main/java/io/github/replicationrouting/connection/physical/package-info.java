/** Below the pools: plain JDBC semantics with no statement sent that changes nothing. */
@NullMarked
package io.github.replicationrouting.connection.physical;

import org.jspecify.annotations.NullMarked;
