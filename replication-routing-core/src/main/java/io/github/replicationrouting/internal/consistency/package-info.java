/** Session consistency: a session reads its own writes, and nothing older than it has already read. */
@NullMarked
package io.github.replicationrouting.internal.consistency;

import org.jspecify.annotations.NullMarked;
