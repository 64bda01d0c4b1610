/** The election of the primary after failures, promotions and returns, in any order of their steps. */
@NullUnmarked
package io.github.replicationrouting.integration.election;

import org.jspecify.annotations.NullUnmarked;
