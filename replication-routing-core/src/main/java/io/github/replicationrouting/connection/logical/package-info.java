/** Above the pools: connections that take a physical one at the first statement and are routed per transaction. */
@NullMarked
package io.github.replicationrouting.connection.logical;

import org.jspecify.annotations.NullMarked;
