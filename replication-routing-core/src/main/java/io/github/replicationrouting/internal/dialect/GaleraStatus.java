package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.Kind;
import io.github.replicationrouting.spi.GroupMembership.View;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a MariaDB server shows of the Galera cluster that it belongs to. Immutable. */
final class GaleraStatus {

    /**
     * Needs no privilege, is answered in every state, and knows no row of a server that was built without Galera, where
     * the variables themselves would be errors.
     */
    static final String QUERY = "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
            + " WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_STATUS','WSREP_LOCAL_STATE','WSREP_LOCAL_STATE_COMMENT',"
            + "'WSREP_READY','WSREP_CLUSTER_CONF_ID','WSREP_CLUSTER_SIZE','WSREP_CLUSTER_STATE_UUID',"
            + "'WSREP_GCOMM_UUID','WSREP_LOCAL_INDEX','WSREP_LAST_COMMITTED','WSREP_REPLICATED',"
            + "'WSREP_LOCAL_RECV_QUEUE','WSREP_FLOW_CONTROL_PAUSED','WSREP_SE_CHECKPOINT')"
            + " UNION ALL SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES"
            + " WHERE VARIABLE_NAME IN ('WSREP_ON','WSREP_PROVIDER','WSREP_DESYNC','WSREP_REJECT_QUERIES','HOSTNAME','PORT')";

    private static final String NO_UUID = "00000000-0000-0000-0000-000000000000";

    /** A position of the cluster, which the GTIDs of the server may follow. */
    private static final Pattern STORED = Pattern.compile("[0-9a-fA-F-]{36}:\\d{1,18}");

    private static final int JOINING = 1;
    private static final int DONOR = 2;
    private static final int JOINED = 3;
    private static final int SYNCED = 4;

    private final Map<String, String> values;

    /** @param values by the upper-case names of {@link #QUERY} */
    GaleraStatus(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    static GaleraStatus read(ResultSet rows) throws SQLException {
        Map<String, String> values = new HashMap<>();
        while (rows.next()) {
            String value = rows.getString(2);
            if (value != null) {
                values.put(rows.getString(1).toUpperCase(Locale.ROOT), value);
            }
        }
        return new GaleraStatus(values);
    }

    /** Returns whether the server belongs to a cluster, connected to it now or not. */
    boolean isMember() {
        String provider = text("WSREP_PROVIDER");
        return is("WSREP_ON", "ON")
                && !provider.isEmpty()
                && !provider.toLowerCase(Locale.ROOT).equals("none");
    }

    /**
     * Returns the id of the process in its cluster: all members may have one {@code server_id}, and do where Galera
     * numbers the GTIDs. It changes with a restart, in which another member takes over anyway.
     *
     * @param serverId {@code server_id}, to which a server that is not connected to its cluster adds where it runs
     */
    String serverId(String serverId) {
        String member = text("WSREP_GCOMM_UUID");
        return isUuid(member) ? member : serverId + '@' + text("HOSTNAME") + ':' + text("PORT");
    }

    /** Returns what it has committed, which all its reads see; null where it does not know. */
    @Nullable
    GaleraPosition position() {
        String cluster = text("WSREP_CLUSTER_STATE_UUID");
        long committed = number("WSREP_LAST_COMMITTED", -1);
        return isUuid(cluster) && committed >= 0 ? GaleraPosition.of(cluster, committed) : null;
    }

    /**
     * Returns all that its reads may have seen; null where it does not know. A row can be read for a moment before the
     * number of its commit is counted; where the server shows what its storage engine has committed, that is exact.
     */
    @Nullable
    GaleraPosition shown() {
        GaleraPosition committed = position();
        Matcher stored = STORED.matcher(text("WSREP_SE_CHECKPOINT"));
        return committed != null && stored.lookingAt() && GaleraPosition.isPosition(stored.group())
                ? union(committed, GaleraPosition.parse(stored.group()))
                : committed;
    }

    private static GaleraPosition union(GaleraPosition committed, GaleraPosition stored) {
        return committed.isComparableTo(stored) ? committed.union(stored) : committed;
    }

    GroupMembership membership(boolean readOnly) {
        View view = view();
        boolean readable = view != null && unreadable(view) == null;
        String problem = readable ? unwritable(readOnly) : unreadable(view);
        long replicated = number("WSREP_REPLICATED", -1);
        return new GroupMembership(
                Kind.GALERA,
                state(),
                view,
                readable,
                readable && problem == null,
                problem,
                false,
                order(),
                number("WSREP_LOCAL_RECV_QUEUE", 0),
                replicated < 0 ? null : replicated,
                flowControl());
    }

    private String state() {
        String state = text("WSREP_LOCAL_STATE_COMMENT");
        return state.isEmpty() ? "Initialized" : state;
    }

    /** Numbers of views that are no number at all, -1 or 2^64-1 by version, are those of no view. */
    private @Nullable View view() {
        String cluster = text("WSREP_CLUSTER_STATE_UUID");
        long number = number("WSREP_CLUSTER_CONF_ID", -1);
        return isUuid(cluster) && number >= 0
                ? new View(cluster, number, (int) number("WSREP_CLUSTER_SIZE", 0), isPrimaryComponent())
                : null;
    }

    private boolean isPrimaryComponent() {
        return is("WSREP_CLUSTER_STATUS", "Primary");
    }

    private @Nullable String unreadable(@Nullable View view) {
        long state = number("WSREP_LOCAL_STATE", -1);
        if (!isPrimaryComponent()) {
            return "is not in the primary component of its cluster (wsrep_cluster_status "
                    + text("WSREP_CLUSTER_STATUS") + ")";
        }
        if (state == JOINING) {
            return "is joining: receives a state transfer (wsrep_local_state 1)";
        }
        if (!is("WSREP_READY", "ON")) {
            return "is not ready (wsrep_ready OFF)";
        }
        String rejects = text("WSREP_REJECT_QUERIES");
        if (!is("WSREP_REJECT_QUERIES", "NONE")) {
            return "rejects queries (wsrep_reject_queries " + rejects + ")";
        }
        if (state < DONOR || state > SYNCED) {
            return "is in state " + state() + " (wsrep_local_state " + state + ")";
        }
        return view == null ? "is in no view of its cluster (wsrep_cluster_conf_id)" : null;
    }

    private @Nullable String unwritable(boolean readOnly) {
        long state = number("WSREP_LOCAL_STATE", -1);
        if (!is("WSREP_DESYNC", "OFF")) {
            return "is desynced (wsrep_desync)";
        }
        if (state == DONOR) {
            return "is a donor of a state transfer, or locked for a backup (wsrep_local_state 2)";
        }
        if (state == JOINED) {
            return "has joined and catches up (wsrep_local_state 3)";
        }
        return readOnly ? "is read-only (read_only)" : null;
    }

    /** With digits enough for every index, so that the order of the texts is that of the numbers. */
    private String order() {
        long index = number("WSREP_LOCAL_INDEX", -1);
        return index < 0 ? "" : String.format(Locale.ROOT, "%05d", index);
    }

    private @Nullable Double flowControl() {
        try {
            return Double.valueOf(text("WSREP_FLOW_CONTROL_PAUSED"));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private String text(String name) {
        return values.getOrDefault(name, "").trim();
    }

    /** Returns false for what is unknown, so each use asks for the value that allows more. */
    private boolean is(String name, String value) {
        return text(name).equalsIgnoreCase(value);
    }

    private long number(String name, long unknown) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            return unknown;
        }
    }

    private static boolean isUuid(String text) {
        return !text.isEmpty() && !text.equals(NO_UUID);
    }
}
