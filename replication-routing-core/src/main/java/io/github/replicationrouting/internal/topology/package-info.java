/** Publication of snapshots: where the monitor and routing meet. */
@NullMarked
package io.github.replicationrouting.internal.topology;

import org.jspecify.annotations.NullMarked;
