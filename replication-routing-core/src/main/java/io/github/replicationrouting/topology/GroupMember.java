package io.github.replicationrouting.topology;

import org.jspecify.annotations.Nullable;

/**
 * What a member of a Galera cluster or a replication group reported at its last probe. Immutable.
 *
 * @param state its state in the words of the server, for example {@code Synced} or {@code ONLINE}
 * @param view the view of the group that it is in; null where it is in none
 * @param applierQueue number of transactions that it has received and not applied
 * @param flowControl fraction of the time since its last reset for which the group was paused so that members could
 *     catch up; null where the server does not know it
 */
public record GroupMember(
        String state,
        @Nullable String view,
        long applierQueue,
        @Nullable Double flowControl) {

    /** Returns whether the server has shown its group; of one that has not, nothing else is known. */
    public boolean isKnown() {
        return !state.equals("unknown");
    }
}
