/** The published topology: what routing and connections see of the monitor. */
@NullMarked
package io.github.replicationrouting.internal.topology;

import org.jspecify.annotations.NullMarked;
