/** What the monitor knows of each node, and the evaluation of that. */
@NullMarked
package io.github.replicationrouting.internal.monitor.node;

import org.jspecify.annotations.NullMarked;
