/** Meters of the router and of its pools. */
@NullMarked
package io.github.replicationrouting.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
