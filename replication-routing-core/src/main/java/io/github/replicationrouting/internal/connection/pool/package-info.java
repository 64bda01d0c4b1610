/** One pool for each node, filled with physical connections. */
@NullMarked
package io.github.replicationrouting.internal.connection.pool;

import org.jspecify.annotations.NullMarked;
