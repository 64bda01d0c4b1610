/** Caches that the whole application shares and reads fill. */
@NullUnmarked
package io.github.replicationrouting.integration.cache;

import org.jspecify.annotations.NullUnmarked;
