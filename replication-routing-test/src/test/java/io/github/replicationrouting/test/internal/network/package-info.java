@NullUnmarked
package io.github.replicationrouting.test.internal.network;

import org.jspecify.annotations.NullUnmarked;
