/** Transactions that the server rolls back because of a conflict with others. */
@NullUnmarked
package io.github.replicationrouting.integration.conflict;

import org.jspecify.annotations.NullUnmarked;
