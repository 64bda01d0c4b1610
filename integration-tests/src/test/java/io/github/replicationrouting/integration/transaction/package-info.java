/** Transactions go to the right node, whatever their propagation and their manager. */
@NullUnmarked
package io.github.replicationrouting.integration.transaction;

import org.jspecify.annotations.NullUnmarked;
