package io.github.replicationrouting.internal.dialect;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The states of the members of a replication group, as one of them shows them after it has refused a COMMIT. Immutable. */
record GroupStates(String own, List<String> all) {

    /** A COMMIT that a leaving server gives up has waited for longer. */
    private static final Duration SHORT_WAIT = Duration.ofSeconds(10);

    static final String QUERY =
            "SELECT MEMBER_STATE, MEMBER_ID=@@server_uuid FROM performance_schema.replication_group_members";

    GroupStates {
        all = List.copyOf(all);
    }

    static GroupStates read(ResultSet rows) throws SQLException {
        String own = "";
        List<String> all = new ArrayList<>();
        while (rows.next()) {
            String state = rows.getString(1);
            all.add(state);
            if (rows.getBoolean(2)) {
                own = state;
            }
        }
        return new GroupStates(own, all);
    }

    /**
     * Returns whether no member has committed what this one has refused. A server that is excluded from its group is in
     * ERROR, and to one in a minority the others are UNREACHABLE, before it rolls back the transactions that wait for the
     * group, which may have received them. A server that leaves as ordered is ONLINE, and then OFFLINE; it waits for the
     * decisions on them for half a minute at least.
     *
     * @param waited time between the call and its refusal
     */
    boolean haveCommittedNothing(Duration waited) {
        long unreachable = all.stream().filter("UNREACHABLE"::equals).count();
        return switch (own) {
            case "ONLINE" -> 2 * unreachable < all.size();
            case "OFFLINE" -> waited.compareTo(SHORT_WAIT) < 0;
            default -> false;
        };
    }
}
