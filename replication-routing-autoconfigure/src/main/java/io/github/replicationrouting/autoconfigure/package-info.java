/** Spring Boot auto-configuration of the router. */
@NullMarked
package io.github.replicationrouting.autoconfigure;

import org.jspecify.annotations.NullMarked;
