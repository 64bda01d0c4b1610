package io.github.replicationrouting.settings;

import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.spi.NodeSelector;
import org.jspecify.annotations.Nullable;

/**
 * Who serves reads.
 *
 * @param selector chooses among the replicas that are alive and fresh enough
 * @param outsideTransaction where statements outside any transaction go
 * @param whenNoneEligible who serves when no replica is eligible
 * @param maxFallbackConcurrency reads at a time on the primary for want of a replica; null for half of its pool, and
 *     for any number where there is only one node
 */
public record ReadSettings(
        NodeSelector selector,
        OutsideTransaction outsideTransaction,
        WhenNoneEligible whenNoneEligible,
        @Nullable Integer maxFallbackConcurrency) {

    /** @throws IllegalArgumentException when {@code maxFallbackConcurrency} is not positive */
    public ReadSettings {
        if (maxFallbackConcurrency != null && maxFallbackConcurrency < 1) {
            throw new IllegalArgumentException(
                    "max-fallback-concurrency must be at least 1, was " + maxFallbackConcurrency);
        }
    }

    /** With the default for the reads on the primary. */
    public ReadSettings(
            NodeSelector selector, OutsideTransaction outsideTransaction, WhenNoneEligible whenNoneEligible) {
        this(selector, outsideTransaction, whenNoneEligible, null);
    }

    /** The defaults. */
    public static ReadSettings defaults() {
        return new ReadSettings(new LeastInFlightSelector(), OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY);
    }
}
