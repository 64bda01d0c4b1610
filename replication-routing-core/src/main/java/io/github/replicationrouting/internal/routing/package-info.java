/** From intent to decision. */
@NullMarked
package io.github.replicationrouting.internal.routing;

import org.jspecify.annotations.NullMarked;
