/**
 * Retries of transactions: their auto-configuration, and what a retry needs to know of JPA, Spring Data and the web.
 */
@NullMarked
package io.github.replicationrouting.autoconfigure.transaction;

import org.jspecify.annotations.NullMarked;
