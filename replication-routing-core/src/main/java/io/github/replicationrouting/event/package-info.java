/** Events that a router publishes to the application. */
@NullMarked
package io.github.replicationrouting.event;

import org.jspecify.annotations.NullMarked;
