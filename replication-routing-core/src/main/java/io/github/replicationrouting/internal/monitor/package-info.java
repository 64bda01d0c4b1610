/**
 * The monitor: probes every node, elects the primary, and publishes a snapshot of the topology after each change. Its
 * packages in the order of dependency: {@code probe}, {@code errors} and {@code lag}, then {@code node}, then this one.
 */
@NullMarked
package io.github.replicationrouting.internal.monitor;

import org.jspecify.annotations.NullMarked;
