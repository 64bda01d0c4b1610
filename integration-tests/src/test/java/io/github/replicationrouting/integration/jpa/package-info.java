/** JPA sessions that live longer than a transaction. */
@NullUnmarked
package io.github.replicationrouting.integration.jpa;

import org.jspecify.annotations.NullUnmarked;
