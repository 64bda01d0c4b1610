/** The reads of sessions after their own writes and earlier reads, on real servers that lag and fail. */
@NullUnmarked
package io.github.replicationrouting.integration.consistency;

import org.jspecify.annotations.NullUnmarked;
