/** JPA support: shared caches that replicas must not fill, and translation of exceptions. */
@NullMarked
package io.github.replicationrouting.autoconfigure.jpa;

import org.jspecify.annotations.NullMarked;
