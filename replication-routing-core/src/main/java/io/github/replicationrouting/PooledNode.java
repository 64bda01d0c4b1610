package io.github.replicationrouting;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import io.github.replicationrouting.topology.Node;

/** A node and its connection pool. Thread-safe. */
public interface PooledNode {

    /** Returns the node. */
    Node node();

    /**
     * Returns the pool, to observe it and to change its limits at run time. Its connections are not routed;
     * applications get them from {@link RoutingDataSource#node}.
     */
    HikariDataSource pool();

    /** Returns the number of threads that wait for a connection. */
    int waiting();

    /**
     * Binds HikariCP's meters to the pool. They show whole waits and all threads that wait. Has no effect if the pool
     * was configured with meters.
     */
    void bindMetrics(MetricsTrackerFactory factory);
}
