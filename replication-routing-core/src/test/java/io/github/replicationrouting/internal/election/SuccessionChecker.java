package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;

/**
 * Checks one {@link SimulatedInstance} against the actual state of the servers: a successor must have been promoted by
 * the operator since the incumbent was last seen to be fit, and an incumbent that never failed must stay. Not
 * thread-safe.
 */
final class SuccessionChecker {

    private int incumbent = -1;
    private long fitAt;
    /** When the incumbent was last seen to be fit before the last gap; since then a promotion may have been missed. */
    private long fitBeforeGap;

    private boolean gap;

    SuccessionChecker() {}

    private SuccessionChecker(SuccessionChecker other) {
        incumbent = other.incumbent;
        fitAt = other.fitAt;
        fitBeforeGap = other.fitBeforeGap;
        gap = other.gap;
    }

    SuccessionChecker copy() {
        return new SuccessionChecker(this);
    }

    /** Compares the primary of the instance with the one before. */
    void probe(SimulatedInstance instance, SimulatedServers servers, Supplier<String> trace) {
        int now = instance.primary();
        if (now >= 0 && now != incumbent && incumbent >= 0) {
            long since = (gap ? fitBeforeGap : fitAt)
                    - SimulatedInstance.INTERVAL.multipliedBy(2).toNanos();
            assertThat(servers.servers[now].promotedAt)
                    .as(() -> "promotion of db" + (now + 1) + " after db" + (incumbent + 1) + ": " + trace.get())
                    .isGreaterThanOrEqualTo(since);
        }
        if (now >= 0 && now != incumbent) {
            incumbent = now;
            gap = false;
            fitAt = instance.incumbentFitAt();
        } else if (now >= 0) {
            long newest = instance.incumbentFitAt();
            if (newest - fitAt > SimulatedInstance.INTERVAL.multipliedBy(2).toNanos()) {
                gap = true;
                fitBeforeGap = fitAt;
            }
            fitAt = newest;
        } else if (instance.incumbent() < 0) {
            // Contested: the instance no longer knows a primary, and the next election is a first one.
            incumbent = -1;
        }
    }
}
