/** The nodes of a router and the immutable snapshot of their state. */
@NullMarked
package io.github.replicationrouting.topology;

import org.jspecify.annotations.NullMarked;
