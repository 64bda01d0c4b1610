/** The actuator endpoint of the router. */
@NullMarked
package io.github.replicationrouting.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
