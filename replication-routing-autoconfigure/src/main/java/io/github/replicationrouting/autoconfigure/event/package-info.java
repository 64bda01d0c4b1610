/** Publishes what the monitor sees to the application. */
@NullMarked
package io.github.replicationrouting.autoconfigure.event;

import org.jspecify.annotations.NullMarked;
