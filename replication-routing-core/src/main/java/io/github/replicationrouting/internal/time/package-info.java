/** The text of durations. */
@NullMarked
package io.github.replicationrouting.internal.time;

import org.jspecify.annotations.NullMarked;
