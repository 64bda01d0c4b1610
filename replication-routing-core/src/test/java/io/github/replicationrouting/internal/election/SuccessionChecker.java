package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;

/**
 * Checks one {@link SimulatedInstance} by what really happened to the servers: a successor must
 * have been promoted by the operator since the incumbent was last seen to be fit, and an incumbent that never failed must
 * stay. Not thread-safe.
 */
final class SuccessionChecker {

    private int claimant = -1;
    private long fitAt;
    /** When the incumbent was last seen to be fit before the last gap; since then a promotion may have been missed. */
    private long fitBeforeGap;

    private boolean gap;

    SuccessionChecker() {}

    private SuccessionChecker(SuccessionChecker other) {
        claimant = other.claimant;
        fitAt = other.fitAt;
        fitBeforeGap = other.fitBeforeGap;
        gap = other.gap;
    }

    SuccessionChecker copy() {
        return new SuccessionChecker(this);
    }

    /** Compares the instance with its state before. */
    void probe(SimulatedInstance instance, SimulatedServers servers, Supplier<String> story) {
        int now = instance.primary();
        if (now >= 0 && now != claimant && claimant >= 0) {
            long since = (gap ? fitBeforeGap : fitAt)
                    - SimulatedInstance.INTERVAL.multipliedBy(2).toNanos();
            assertThat(servers.servers[now].promotedAt)
                    .as(() -> "promotion of db" + (now + 1) + " after db" + (claimant + 1) + ": " + story.get())
                    .isGreaterThanOrEqualTo(since);
        }
        if (now >= 0 && now != claimant) {
            claimant = now;
            gap = false;
            fitAt = instance.claimantFitAt();
        } else if (now >= 0) {
            long newest = instance.claimantFitAt();
            if (newest - fitAt > SimulatedInstance.INTERVAL.multipliedBy(2).toNanos()) {
                gap = true;
                fitBeforeGap = fitAt;
            }
            fitAt = newest;
        } else if (instance.claimant() < 0) {
            // Contested: the instance knows no primary any more, and begins anew.
            claimant = -1;
        }
    }
}
