package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The maximum age of a read while the applier of a replica is stopped under writes. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class StalenessIT {

    private static final int READERS = 4;
    private static final int MAX_COMMITS = 100_000;
    private static final Duration MAX_LAG = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestApplication app;

    /** When the commit of each number was acknowledged; 0 before. */
    private final AtomicLongArray acknowledged = new AtomicLongArray(MAX_COMMITS);

    private final AtomicLong stalest = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private volatile boolean closed;

    StalenessIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.reads.max-lag=" + MAX_LAG.toMillis() + "ms",
                "replication.routing.monitor.interval=" + INTERVAL.toMillis() + "ms");
        app.cluster()
                .primary()
                .execute(List.of(
                        "CREATE TABLE IF NOT EXISTS %s.tick (id INT PRIMARY KEY, number INT NOT NULL)"
                                .formatted(app.cluster().database()),
                        "REPLACE INTO %s.tick VALUES (1, 0)"
                                .formatted(app.cluster().database())));
        app.cluster().awaitReplicated();
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenTheApplierStopsNoReadShouldExceedMaxLagAndTwoIntervals() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        SchedulingDelay schedulingDelay = new SchedulingDelay();
        try (schedulingDelay) {
            threads.execute(this::write);
            for (int i = 0; i < READERS; i++) {
                threads.execute(this::read);
            }
            await().atMost(LIMIT).until(() -> reads.get() > 100);
            app.cluster().node("db2").stopApplier();
            app.awaitState("db2", NodeState.LAGGING);
            long soFar = reads.get();
            await().atMost(LIMIT).until(() -> reads.get() > soFar + 200);
        } finally {
            closed = true;
            threads.shutdown();
        }
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        Duration worst = Duration.ofNanos(stalest.get());
        System.out.printf(
                "staleness: worst %d ms of %d reads, max-lag %d ms, noise %d ms%n",
                worst.toMillis(),
                reads.get(),
                MAX_LAG.toMillis(),
                schedulingDelay.tolerance().toMillis());
        assertThat(worst)
                .as("it did serve until then")
                .isGreaterThan(MAX_LAG.dividedBy(2))
                .isLessThan(MAX_LAG.plus(INTERVAL.multipliedBy(2)).plus(schedulingDelay.tolerance()));
    }

    private void write() {
        for (int number = 1; number < MAX_COMMITS && !closed; number++) {
            int next = number;
            app.transactions().write(() -> app.jdbc().update("UPDATE tick SET number = ? WHERE id = 1", next));
            acknowledged.set(number, System.nanoTime());
        }
    }

    private void read() {
        while (!closed) {
            long began = System.nanoTime();
            int number = app.transactions()
                    .readOnly(() -> app.jdbc().queryForObject("SELECT number FROM tick WHERE id = 1", Integer.class));
            long replaced = number + 1 < MAX_COMMITS ? acknowledged.get(number + 1) : 0;
            if (replaced != 0) {
                stalest.accumulateAndGet(began - replaced, Math::max);
            }
            reads.incrementAndGet();
        }
    }
}
