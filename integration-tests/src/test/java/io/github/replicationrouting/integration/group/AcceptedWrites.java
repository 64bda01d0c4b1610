package io.github.replicationrouting.integration.group;

import io.github.replicationrouting.test.ClusterNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** When the servers that survive a fault accept writes again, as they show themselves; nothing is written. */
final class AcceptedWrites implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** The number of the view, and whether the server takes writes. */
    private static final String GALERA = "SELECT MAX(IF(VARIABLE_NAME='WSREP_CLUSTER_CONF_ID',VARIABLE_VALUE,'')),"
            + " MAX(IF(VARIABLE_NAME='WSREP_READY',VARIABLE_VALUE,'')) = 'ON' FROM information_schema.GLOBAL_STATUS"
            + " WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_CONF_ID','WSREP_READY')";

    private static final String GROUP_REPLICATION =
            "SELECT VIEW_ID, @@super_read_only = 0 FROM performance_schema.replication_group_member_stats"
                    + " WHERE MEMBER_ID=@@server_uuid";

    private final Set<ClusterNode> survivors;
    private final String state;
    private final boolean needsNewView;
    private final String viewBefore;
    private final CompletableFuture<Long> at = new CompletableFuture<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    private record State(String view, boolean takesWrites) {}

    /**
     * Observes a group before a fault.
     *
     * @param needsNewView whether its members take writes only when they have excluded the lost one
     */
    AcceptedWrites(Set<ClusterNode> survivors, boolean galera, boolean needsNewView) throws SQLException {
        this.survivors = survivors;
        this.needsNewView = needsNewView;
        this.state = galera ? GALERA : GROUP_REPLICATION;
        this.viewBefore = ask(survivors.iterator().next()).view();
    }

    /** Begins to ask, when the fault has happened. */
    void begin() {
        thread.execute(this::watch);
    }

    private void watch() {
        while (!at.isDone() && !thread.isShutdown()) {
            check();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void check() {
        for (ClusterNode node : survivors) {
            try {
                State now = ask(node);
                if (now.takesWrites() && (!needsNewView || !now.view().equals(viewBefore))) {
                    at.complete(System.nanoTime());
                }
            } catch (SQLException e) {
                // Asked again.
            }
        }
    }

    private State ask(ClusterNode node) throws SQLException {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(state)) {
            row.next();
            return new State(row.getString(1), row.getBoolean(2));
        }
    }

    /** Returns when a survivor accepted writes, by {@link System#nanoTime()}. */
    long at() throws Exception {
        return at.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
