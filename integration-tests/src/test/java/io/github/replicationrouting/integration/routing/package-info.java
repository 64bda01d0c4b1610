/** The engine without Spring Boot: what it sends, what a connection keeps, what is left after load. */
@NullMarked
package io.github.replicationrouting.integration.routing;

import org.jspecify.annotations.NullMarked;
