/** The immutable picture of all nodes that the monitor publishes and routing reads. */
@NullMarked
package io.github.replicationrouting.topology;

import org.jspecify.annotations.NullMarked;
