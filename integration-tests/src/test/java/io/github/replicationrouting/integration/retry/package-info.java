/** Read-only transactions whose node is lost, and what becomes of them. */
@NullUnmarked
package io.github.replicationrouting.integration.retry;

import org.jspecify.annotations.NullUnmarked;
