/** Benchmarks. The comment of each names the options to run it with. */
@NullMarked
package io.github.replicationrouting.benchmarks;

import org.jspecify.annotations.NullMarked;
