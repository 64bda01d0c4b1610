/** Retries of transactions: which failures are retried, what refuses a retry, and the interceptors that make it. */
@NullMarked
package io.github.replicationrouting.internal.transaction;

import org.jspecify.annotations.NullMarked;
