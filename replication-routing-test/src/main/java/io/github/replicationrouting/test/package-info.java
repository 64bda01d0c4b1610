/**
 * Real replicated clusters for tests, with faults.
 */
@NullMarked
package io.github.replicationrouting.test;

import org.jspecify.annotations.NullMarked;
