/** Which node is the primary after failures, promotions and returns, in whatever order their steps come. */
@NullMarked
package io.github.replicationrouting.integration.election;

import org.jspecify.annotations.NullMarked;
