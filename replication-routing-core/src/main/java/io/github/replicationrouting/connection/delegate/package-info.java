/** Statements and results that stand before others: forwarding only, the same for both connection layers. */
@NullMarked
package io.github.replicationrouting.connection.delegate;

import org.jspecify.annotations.NullMarked;
