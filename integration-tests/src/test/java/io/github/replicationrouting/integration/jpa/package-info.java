/** JPA sessions that live longer than a transaction. */
@NullMarked
package io.github.replicationrouting.integration.jpa;

import org.jspecify.annotations.NullMarked;
