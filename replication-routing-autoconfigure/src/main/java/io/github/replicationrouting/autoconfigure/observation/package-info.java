/** Which node, and why, in traces. */
@NullMarked
package io.github.replicationrouting.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
