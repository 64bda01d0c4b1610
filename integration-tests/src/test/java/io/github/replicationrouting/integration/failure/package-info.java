/** Nodes that lag, hang, die and recover under a running application. */
@NullUnmarked
package io.github.replicationrouting.integration.failure;

import org.jspecify.annotations.NullUnmarked;
