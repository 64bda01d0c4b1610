/** One pool per node, filled with physical connections of ours. */
@NullMarked
package io.github.replicationrouting.connection.pool;

import org.jspecify.annotations.NullMarked;
