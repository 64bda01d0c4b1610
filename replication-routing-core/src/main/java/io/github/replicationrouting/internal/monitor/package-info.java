/** Probes, the state of each node, and the publication of snapshots. */
@NullMarked
package io.github.replicationrouting.internal.monitor;

import org.jspecify.annotations.NullMarked;
