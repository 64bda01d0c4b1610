/** Benchmarks; each says in its comment how to run it. */
@NullMarked
package io.github.replicationrouting.benchmarks;

import org.jspecify.annotations.NullMarked;
