package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/**
 * What one server reports of the Galera cluster or the replication group that it belongs to. Immutable.
 *
 * @param kind kind of group
 * @param state its own state in the words of the server, for example {@code Synced} or {@code ONLINE}
 * @param view the list of members that it has; null where it is in no view, or may not show it
 * @param readable whether it serves reads, as far as it knows
 * @param writable whether it takes writes, as far as it knows: never without a majority
 * @param problem why it serves no reads or takes no writes, as text without secrets; null where it does both, or is a
 *     secondary of a group with one primary
 * @param singlePrimary whether the group elects one primary
 * @param order rank among the members of a view, which every observer sees: of two members the lower one is preferred
 * @param applierQueue number of transactions that it has received and not applied
 * @param localWrites number of transactions that were first executed on this server since it joined; null where it does
 *     not know
 * @param flowControl fraction of time for which the group was paused so that members could catch up; null where the
 *     server does not know it
 */
public record GroupMembership(
        Kind kind,
        String state,
        @Nullable View view,
        boolean readable,
        boolean writable,
        @Nullable String problem,
        boolean singlePrimary,
        String order,
        long applierQueue,
        @Nullable Long localWrites,
        @Nullable Double flowControl) {

    /** Kind of group. */
    public enum Kind {
        GALERA("galera"),
        GROUP_REPLICATION("group-replication");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** Returns the label used in responses. */
        public String label() {
            return label;
        }
    }

    /**
     * The list of members that a server has.
     *
     * @param groupId id of the group; views of different groups cannot be compared
     * @param number number of the view, which grows with each change of the members
     * @param size number of members in it
     * @param majority whether these members are a majority, as far as the server knows
     */
    public record View(String groupId, long number, int size, boolean majority) {

        /** Returns the id of the view. */
        public String id() {
            return groupId + ":" + number;
        }
    }

    /** Returns what is known of a member whose account may not see the group. */
    public static GroupMembership notPermitted(Kind kind, String grant) {
        return new GroupMembership(
                kind,
                "unknown",
                null,
                false,
                false,
                "the monitor's account may not see its group: " + grant,
                false,
                "",
                0,
                null,
                null);
    }

    /** Returns whether it takes writes, as other members may. */
    public boolean isOneOfSeveralWriters() {
        return writable && !singlePrimary;
    }

    /** Returns whether the server has shown its group. */
    public boolean isPermitted() {
        return !state.equals("unknown");
    }
}
