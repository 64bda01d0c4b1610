/**
 * The parts of a cluster, not for use by tests.
 */
@NullMarked
package io.github.replicationrouting.test.internal;

import org.jspecify.annotations.NullMarked;
