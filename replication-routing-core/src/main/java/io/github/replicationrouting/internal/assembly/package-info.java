/** Assembly of the nodes of a router, and the listeners that keep its parts up to date. */
@NullMarked
package io.github.replicationrouting.internal.assembly;

import org.jspecify.annotations.NullMarked;
