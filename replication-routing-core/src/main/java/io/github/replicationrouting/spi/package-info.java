/** Interfaces that applications implement to extend a router, and the values that they exchange with it. */
@NullMarked
package io.github.replicationrouting.spi;

import org.jspecify.annotations.NullMarked;
