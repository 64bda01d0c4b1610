package io.github.replicationrouting;

import io.github.replicationrouting.routing.OutsideTransaction;
import io.github.replicationrouting.routing.WhenNoneEligible;
import io.github.replicationrouting.selection.LeastInFlightSelector;
import io.github.replicationrouting.selection.NodeSelector;

/**
 * Who serves reads.
 *
 * @param selector chooses among the replicas that are alive and fresh enough
 * @param outsideTransaction where statements outside any transaction go
 * @param whenNoneEligible who serves when no replica is eligible
 */
public record ReadSettings(
        NodeSelector selector, OutsideTransaction outsideTransaction, WhenNoneEligible whenNoneEligible) {

    /** The defaults. */
    public static ReadSettings defaults() {
        return new ReadSettings(new LeastInFlightSelector(), OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY);
    }
}
