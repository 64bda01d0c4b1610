/** Probes of one node, and the thread and the clock on which the monitor runs. */
@NullMarked
package io.github.replicationrouting.internal.monitor.probe;

import org.jspecify.annotations.NullMarked;
