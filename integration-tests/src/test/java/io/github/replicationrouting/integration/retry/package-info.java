/** Read-only transactions whose node is lost, and their retries. */
@NullUnmarked
package io.github.replicationrouting.integration.retry;

import org.jspecify.annotations.NullUnmarked;
