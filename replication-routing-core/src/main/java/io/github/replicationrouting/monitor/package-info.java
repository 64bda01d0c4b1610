/** Probes, the state of each node, and the publisher of snapshots. */
@NullMarked
package io.github.replicationrouting.monitor;

import org.jspecify.annotations.NullMarked;
