/** Decides which node serves a transaction: from the intent to the decision. */
@NullMarked
package io.github.replicationrouting.internal.routing;

import org.jspecify.annotations.NullMarked;
