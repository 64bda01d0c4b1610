package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.transaction.support.TransactionTemplate;

/** Two transactions that lock the same two rows, in opposite order: the server rolls one of them back. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class ConflictIT {

    private final Stack stack;
    private final Applications applications;
    private final AtomicInteger attempts = new AtomicInteger();

    ConflictIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
    }

    @Test
    void whenTheServerRollsBackAMethodItShouldBeRetried() throws Exception {
        TestApplication app = retrying();

        assertThat(deadlock(app, (target, work) -> target.transactions().write(() -> {
                    work.run();
                    return null;
                })))
                .isEmpty();

        assertThat(attempts).hasValue(3);
        assertThat(values(app)).containsExactly(2, 2);
    }

    @Test
    void whenTheServerRollsBackACallbackItShouldBeRetried() throws Exception {
        TestApplication app = retrying();

        assertThat(deadlock(app, (target, work) -> target.bean(TransactionTemplate.class)
                        .executeWithoutResult(status -> work.run())))
                .isEmpty();

        assertThat(attempts).hasValue(3);
        assertThat(values(app)).containsExactly(2, 2);
    }

    @Test
    void whenRetriesAreNotConfiguredAConflictShouldFail() throws Exception {
        TestApplication app = applications.get(stack, JdbcApplication.class);

        assertThat(deadlock(app, (target, work) -> target.transactions().write(() -> {
                    work.run();
                    return null;
                })))
                .singleElement()
                .isInstanceOf(PessimisticLockingFailureException.class);

        assertThat(attempts).hasValue(2);
        assertThat(values(app)).containsExactly(1, 1);
    }

    private TestApplication retrying() {
        return applications.get(stack, JdbcApplication.class, "replication.routing.writes.conflict-retries=5");
    }

    /** Returns the failures of two transactions that meet in a deadlock. */
    private List<Throwable> deadlock(TestApplication app, BiConsumer<TestApplication, Runnable> transaction)
            throws Exception {
        String table = app.cluster().database() + ".contended";
        app.cluster()
                .primary()
                .execute(List.of(
                        "CREATE TABLE IF NOT EXISTS " + table + " (id INT PRIMARY KEY, n INT NOT NULL)",
                        "REPLACE INTO " + table + " VALUES (1, 0), (2, 0)"));
        CyclicBarrier eachHasOne = new CyclicBarrier(2);
        List<CompletableFuture<Void>> both = new ArrayList<>();
        for (int first : new int[] {1, 2}) {
            AtomicInteger own = new AtomicInteger();
            both.add(CompletableFuture.runAsync(() -> transaction.accept(app, () -> {
                attempts.incrementAndGet();
                increment(app, first);
                if (own.incrementAndGet() == 1) {
                    await(eachHasOne);
                }
                increment(app, 3 - first);
            })));
        }
        List<Throwable> failures = new ArrayList<>();
        for (CompletableFuture<Void> one : both) {
            try {
                one.get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                failures.add(e.getCause());
            }
        }
        return failures;
    }

    private static void increment(TestApplication app, int id) {
        app.jdbc().update("UPDATE contended SET n = n + 1 WHERE id = ?", id);
    }

    private static List<Integer> values(TestApplication app) {
        return app.transactions()
                .write(() -> app.jdbc().queryForList("SELECT n FROM contended ORDER BY id", Integer.class));
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
