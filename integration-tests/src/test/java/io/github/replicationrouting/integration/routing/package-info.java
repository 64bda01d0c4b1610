/** The engine without Spring Boot: its statements, the state of its connections, and its pools after load. */
@NullMarked
package io.github.replicationrouting.integration.routing;

import org.jspecify.annotations.NullMarked;
