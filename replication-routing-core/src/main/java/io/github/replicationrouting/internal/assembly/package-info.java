/** Creation of a router and its nodes, and the listeners that keep its parts up to date. */
@NullMarked
package io.github.replicationrouting.internal.assembly;

import org.jspecify.annotations.NullMarked;
