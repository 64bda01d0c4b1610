/** Assembles one router out of its nodes, monitor, pools and connections. */
@NullMarked
package io.github.replicationrouting;

import org.jspecify.annotations.NullMarked;
