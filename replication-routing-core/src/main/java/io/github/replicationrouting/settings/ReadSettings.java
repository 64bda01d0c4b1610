package io.github.replicationrouting.settings;

import io.github.replicationrouting.spi.NodeSelector;
import org.jspecify.annotations.Nullable;

/**
 * Settings that decide which node serves a read.
 *
 * @param selector strategy that chooses among the eligible replicas
 * @param outsideTransaction target of statements outside any transaction
 * @param whenNoneEligible target of reads while no replica is eligible
 * @param maxFallbackConcurrency maximum number of concurrent reads on the primary while no replica is eligible; null
 *     for half of the primary's pool, and for no limit in a router with one node
 * @param readCommittedInAutoCommit whether queries of read-only transactions at READ COMMITTED run in auto-commit, so
 *     that no COMMIT is sent
 */
public record ReadSettings(
        NodeSelector selector,
        OutsideTransaction outsideTransaction,
        WhenNoneEligible whenNoneEligible,
        @Nullable Integer maxFallbackConcurrency,
        boolean readCommittedInAutoCommit) {

    /** @throws InvalidSettingsException when {@code maxFallbackConcurrency} is not positive */
    public ReadSettings {
        new ValueCheck()
                .positive("reads.max-fallback-concurrency", maxFallbackConcurrency)
                .throwIfAny();
    }

    /** Returns the default settings, with a selector of their own. */
    public static ReadSettings defaults() {
        return new ReadSettings(
                SelectionStrategy.LEAST_IN_FLIGHT.createSelector(),
                OutsideTransaction.PRIMARY,
                WhenNoneEligible.PRIMARY,
                null,
                false);
    }
}
