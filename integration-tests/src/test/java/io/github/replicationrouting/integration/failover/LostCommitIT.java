package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The primary dies with a commit that it received, and the outcome is unknown. */
@OnStacks(
        value = {Stack.MYSQL, Stack.MARIADB},
        withEachTransactionManager = true)
class LostCommitIT {

    private final TestApplication app;
    private final ClusterNode db1;

    LostCommitIT(Stack stack, Class<?> configuration, Applications applications) {
        app = applications.get(stack, configuration);
        db1 = app.cluster().node("db1");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenACommitIsLostTheCallerShouldLearnThatTheOutcomeIsUnknown() throws Exception {
        String author = UUID.randomUUID().toString();
        AtomicInteger runs = new AtomicInteger();

        Throwable failure = lostIn("commit", partition -> app.transactions().write(() -> {
            runs.incrementAndGet();
            app.insertAuthor(author);
            partition.run();
            return null;
        }));

        assertThat(unknown(failure)).isNotNull().hasMessageContaining("db1").hasMessageContaining("COMMIT");
        assertThat(unknown(failure)).extracting("SQLState").isEqualTo("08007");
        assertThat(runs).hasValue(1);
    }

    @Test
    void whenAnAutoCommitStatementIsLostItShouldCountAsACommit() throws Exception {
        Throwable failure = lostIn("executeUpdate", partition -> {
            try (Connection connection = app.bean(RoutingDataSource.class).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeQuery("SELECT 1 FROM author WHERE 1 = 0");
                partition.run();
                statement.executeUpdate("INSERT INTO author (name) VALUES ('auto-commit')");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(unknown(failure)).isNotNull().hasMessageContaining("auto-commit");
    }

    @Test
    void whenSetAutoCommitIsLostItShouldCountAsACommit() throws Exception {
        Throwable failure = lostIn("setAutoCommit", partition -> {
            try (Connection connection = app.bean(RoutingDataSource.class).getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("INSERT INTO author (name) VALUES ('plain')");
                partition.run();
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(unknown(failure)).isNotNull();
    }

    @Test
    void whenThePrimaryDiesBeforeTheCommitTheOutcomeShouldBeKnown() throws Exception {
        String author = UUID.randomUUID().toString();

        Throwable failure = lostIn("update", partition -> app.transactions().write(() -> {
            app.insertAuthor(author);
            partition.run();
            app.insertAuthor(author);
            return null;
        }));

        assertThat(unknown(failure)).isNull();
        assertThat(failure).hasStackTraceContaining("was lost before COMMIT");
        app.cluster().heal();
        app.awaitAllEligible();
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
    }

    private interface Work {
        void run(Runnable partition);
    }

    /** Partitions the primary when the work requests it, and kills it when the work waits in the method. */
    private @Nullable Throwable lostIn(String method, Work work) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch partitioned = new CountDownLatch(1);
        CompletableFuture<@Nullable Throwable> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                work.run(() -> {
                    reached.countDown();
                    try {
                        partitioned.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                outcome.complete(null);
            } catch (Throwable e) {
                outcome.complete(e);
            }
        });
        thread.start();
        assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();
        db1.partition();
        partitioned.countDown();
        await().atMost(Duration.ofSeconds(30)).until(() -> Arrays.stream(thread.getStackTrace())
                .map(StackTraceElement::getMethodName)
                .anyMatch(method::equals));
        db1.kill();
        db1.restoreNetwork();
        return outcome.get(60, TimeUnit.SECONDS);
    }

    private static @Nullable Throwable unknown(@Nullable Throwable failure) {
        for (Throwable link = failure; link != null; link = link.getCause()) {
            if (link instanceof CommitOutcomeUnknownException unknown) {
                return unknown;
            }
        }
        return null;
    }
}
