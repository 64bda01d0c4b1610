package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** All pooled connections die together, each in use a moment ago, while one thread continues to write. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class LostConnectionsIT {

    private static final int POOL = 5;

    private final TestApplication app;

    LostConnectionsIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class, "replication.routing.hikari.maximum-pool-size=" + POOL);
    }

    @Test
    void whenAllPooledConnectionsDieOnlyOneTransactionShouldFail() throws Exception {
        List<Long> connections = useAll();
        connections.forEach(app.cluster().primary()::killSession);

        List<Long> served = new ArrayList<>();
        List<DataAccessException> failures = new ArrayList<>();
        for (int i = 0; i < 2 * POOL; i++) {
            try {
                served.add(app.transactions().write(this::connectionId));
            } catch (DataAccessException e) {
                failures.add(e);
            }
        }

        assertThat(failures).hasSizeLessThanOrEqualTo(1);
        assertThat(served).doesNotContainAnyElementsOf(connections);
    }

    /** Returns the connections of the primary's pool. */
    private List<Long> useAll() throws Exception {
        CyclicBarrier all = new CyclicBarrier(POOL);
        ExecutorService threads = Executors.newFixedThreadPool(POOL);
        try {
            List<Future<Long>> used = new ArrayList<>();
            for (int i = 0; i < POOL; i++) {
                used.add(threads.submit(() -> app.transactions().write(() -> {
                    Long id = connectionId();
                    try {
                        all.await(30, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return id;
                })));
            }
            List<Long> connections = new ArrayList<>();
            for (Future<Long> id : used) {
                connections.add(id.get());
            }
            return connections;
        } finally {
            threads.shutdownNow();
        }
    }

    private Long connectionId() {
        return app.jdbc().queryForObject("SELECT CONNECTION_ID()", Long.class);
    }
}
