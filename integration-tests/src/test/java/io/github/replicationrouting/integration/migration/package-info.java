/** Schema migrations reach the primary only. */
@NullUnmarked
package io.github.replicationrouting.integration.migration;

import org.jspecify.annotations.NullUnmarked;
