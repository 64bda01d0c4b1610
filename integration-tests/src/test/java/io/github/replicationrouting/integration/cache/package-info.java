/** Caches that are shared by the whole application, and filled by reads. */
@NullUnmarked
package io.github.replicationrouting.integration.cache;

import org.jspecify.annotations.NullUnmarked;
