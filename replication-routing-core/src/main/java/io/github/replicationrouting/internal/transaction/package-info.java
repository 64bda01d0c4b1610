/** Retries of transactions. */
@NullMarked
package io.github.replicationrouting.internal.transaction;

import org.jspecify.annotations.NullMarked;
