@NullUnmarked
package io.github.replicationrouting.test.internal.docker;

import org.jspecify.annotations.NullUnmarked;
