/** What sessions see of their own writes and of what they saw before, on real servers that lag and fail. */
@NullUnmarked
package io.github.replicationrouting.integration.consistency;

import org.jspecify.annotations.NullUnmarked;
