@NullUnmarked
package io.github.replicationrouting.test;

import org.jspecify.annotations.NullUnmarked;
