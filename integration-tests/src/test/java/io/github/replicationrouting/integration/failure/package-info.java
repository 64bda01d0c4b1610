/** Nodes that lag, hang, die and come back under a running application. */
@NullUnmarked
package io.github.replicationrouting.integration.failure;

import org.jspecify.annotations.NullUnmarked;
