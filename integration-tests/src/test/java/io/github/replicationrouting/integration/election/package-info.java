/** Which node is the primary after failures, promotions and returns, in whatever order their steps come. */
@NullUnmarked
package io.github.replicationrouting.integration.election;

import org.jspecify.annotations.NullUnmarked;
