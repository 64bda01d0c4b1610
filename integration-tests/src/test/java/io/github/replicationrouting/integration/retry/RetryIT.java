package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** A read-only transaction whose node is lost is retried on another one, unless a retry would be unsafe. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class RetryIT {

    private final Stack stack;
    private final TestApplication app;
    private final Transactions transactions;
    private final Reports reports;
    private final LossyWork attempts;
    private final String author = UUID.randomUUID().toString();

    RetryIT(Stack stack, Applications applications) {
        this.stack = stack;
        app = applications.get(stack, RetryJdbcApplication.class, "replication.routing.monitor.timeout=10s");
        transactions = app.transactions();
        reports = app.bean(Reports.class);
        attempts = new LossyWork(app);
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenTheLossIsBetweenStatementsTheRetryShouldIncludeInnerInterceptors() {
        app.insertAuthor(author);
        app.cluster().awaitReplicated();
        InnerInterceptor inner = app.bean(InnerInterceptor.class);
        int before = inner.calls.get();
        List<String> nodes = new ArrayList<>();

        int found = reports.intercepted(() -> {
            LossyWork.Session session = attempts.session();
            nodes.add(session.node());
            if (nodes.size() == 1) {
                app.cluster().node(session.node()).kill();
            }
            return app.countAuthors(author);
        });

        assertThat(found).isOne();
        assertThat(nodes).hasSize(2).doesNotHaveDuplicates();
        assertThat(app.replicas()).containsAll(nodes);
        assertThat(inner.calls.get() - before).isEqualTo(2);
    }

    @Test
    void whenTheLossIsDuringAStatementTheCallerShouldNotSeeIt() {
        List<String> nodes = new ArrayList<>();
        CompletableFuture<?>[] killing = new CompletableFuture<?>[1];

        Integer slept = transactions.readOnly(() -> {
            ClusterNode node = app.cluster().node(attempts.session().node());
            nodes.add(node.name());
            if (nodes.size() == 1) {
                killing[0] = CompletableFuture.runAsync(() -> {
                    await().atMost(Duration.ofSeconds(20)).until(() -> sleepsOn(node));
                    node.kill();
                });
            }
            return app.jdbc().queryForObject("SELECT SLEEP(?)", Integer.class, nodes.size() == 1 ? 25 : 0);
        });

        killing[0].join();
        assertThat(slept).isZero();
        assertThat(nodes).hasSize(2).doesNotHaveDuplicates();
    }

    private static boolean sleepsOn(ClusterNode node) throws SQLException {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP%'")) {
            return rows.next() && rows.getInt(1) > 0;
        }
    }

    @Test
    void whenTheLossIsDuringAFetchTheCallerShouldNotSeeIt() {
        app.jdbc().execute("CREATE TABLE IF NOT EXISTS big (id INT AUTO_INCREMENT PRIMARY KEY, filler TEXT)");
        app.jdbc().update("INSERT INTO big (filler) VALUES (REPEAT('x', 2000))");
        for (int i = 0; i < 10; i++) {
            app.jdbc().update("INSERT INTO big (filler) SELECT filler FROM big");
        }
        app.cluster().awaitReplicated();
        JdbcTemplate streaming = new JdbcTemplate(app.jdbc().getDataSource());
        // Row by row: Connector/J has a fetch size of its own for it.
        streaming.setFetchSize(stack == Stack.MYSQL ? Integer.MIN_VALUE : 1);
        List<String> nodes = new ArrayList<>();

        int rows = transactions.readOnly(() -> {
            LossyWork.Session session = attempts.session();
            nodes.add(session.node());
            int[] seen = new int[1];
            // The server sleeps before the last rows, so that it cannot have sent all of them before it is killed.
            streaming.query(
                    "SELECT id, filler, SLEEP(IF(id > 1000, ?, 0)) FROM big",
                    row -> {
                        if (++seen[0] == 3 && nodes.size() == 1) {
                            session.kill();
                        }
                    },
                    nodes.size() == 1 ? 25 : 0);
            return seen[0];
        });

        assertThat(rows).isEqualTo(1024);
        assertThat(nodes).as("where it ran").hasSize(2);
    }

    @Test
    void whenOneConnectionIsLostTheRetryShouldUseAnotherNode() {
        assertThat(transactions.<String>readOnly(() -> attempts.losingOnce())).isIn(app.replicas());
        assertThat(attempts.count()).isEqualTo(2);
    }

    @Test
    void whenLossesExceedTheRetriesTheCallerShouldSeeAllAttempts() {
        Throwable failure = catchThrowable(() -> transactions.readOnly(() -> attempts.losing(3)));

        assertThat(attempts.count()).isEqualTo(3);
        assertThat(failure.getSuppressed()).hasSize(2);
        assertThat(failure).hasStackTraceContaining("SQL");
    }

    @Test
    void whenNoOtherNodeIsLeftTheSameNodeShouldServeTheRetry() {
        app.cluster().replicas().forEach(ClusterNode::kill);
        app.replicas().forEach(name -> app.awaitState(name, NodeState.DOWN));

        assertThat(transactions.<String>readOnly(() -> attempts.losingOnce())).isEqualTo(app.primary());
        assertThat(attempts.count()).isEqualTo(2);
    }

    @Test
    void whenANestedWriteHasCommittedTheLossShouldReachTheCaller() {
        refused(
                "work inside it was committed",
                () -> transactions.readOnly(() -> attempts.losingOnce(() -> {
                    transactions.newWrite(() -> {
                        app.insertAuthor(author);
                        return null;
                    });
                })));
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenANestedAutoCommitWriteHasRunTheLossShouldReachTheCaller() {
        refused(
                "work inside it was committed",
                () -> transactions.readOnly(() -> attempts.losingOnce(() -> {
                    transactions.notSupported(() -> {
                        app.insertAuthor(author);
                        return null;
                    });
                })));
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenANestedWriteWasRolledBackTheReadShouldBeRetried() {
        transactions.readOnly(() -> attempts.losingOnce(() -> assertThatThrownBy(() -> transactions.newWrite(() -> {
                    app.insertAuthor(author);
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back")));
        assertThat(attempts.count()).isEqualTo(2);
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
    }

    @Test
    void whenANestedReadHasCommittedTheReadShouldBeRetried() {
        transactions.readOnly(() -> attempts.losingOnce(() -> transactions.newReadOnly(app::node)));
        assertThat(attempts.count()).isEqualTo(2);
    }

    @Test
    void whenTheResultIsAStreamTheRetryShouldBeRefused() {
        refused("streams its rows", () -> reports.stream(() -> attempts.losingOnce()));
    }

    @Test
    void whenNoRetryIsDeclaredTheRetryShouldBeRefused() {
        refused("@NoRetry", () -> reports.once(() -> attempts.losingOnce()));
    }

    private void refused(String why, Supplier<?> call) {
        Throwable failure = catchThrowable(call::get);

        assertThat(attempts.count()).isOne();
        assertThat(failure).isNotNull();
        assertThat(failure.getSuppressed()).singleElement().satisfies(note -> assertThat(note)
                .hasMessageContaining("not retried although node db")
                .hasMessageContaining(why));
    }

    @Test
    void whenTheTransactionWritesItShouldNotBeRetried() {
        assertThatThrownBy(() -> transactions.write(() -> attempts.losingOnce()))
                .hasNoSuppressedExceptions();
        assertThat(attempts.count()).isOne();
    }

    @Test
    void whenOnlyTheRollbackMeetsTheLossItShouldNotBeRetried() {
        int[] calls = new int[1];
        assertThatThrownBy(() -> transactions.readOnly(() -> {
                    calls[0]++;
                    attempts.session().kill();
                    throw new IllegalArgumentException("no such book");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoSuppressedExceptions();
        assertThat(calls[0]).isOne();
    }

    @Test
    void whenTheQueryTimeoutExpiresItShouldNotBeRetried() {
        int[] calls = new int[1];
        assertThatThrownBy(() -> reports.quick(() -> {
                    calls[0]++;
                    return app.jdbc().queryForObject("SELECT SLEEP(25)", Integer.class);
                }))
                .isInstanceOf(QueryTimeoutException.class);
        assertThat(calls[0]).isOne();
    }

    @Test
    void whenThereAreRetriesAllAttemptsShouldShareTheTimeout() {
        int[] calls = new int[1];
        long began = System.nanoTime();
        assertThatThrownBy(() -> reports.patient(() -> {
                    LossyWork.Session session = attempts.session();
                    if (++calls[0] == 1) {
                        app.jdbc().queryForObject("SELECT SLEEP(6)", Integer.class);
                        session.kill();
                    }
                    return app.jdbc().queryForObject("SELECT SLEEP(25)", Integer.class);
                }))
                .isInstanceOf(QueryTimeoutException.class);
        assertThat(calls[0]).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void whenTheTransactionTemplateBeanIsUsedItShouldBeRetried() {
        TransactionTemplate template = app.bean(TransactionTemplate.class);
        TransactionTemplate readOnly = new TransactionTemplate(template.getTransactionManager(), template);
        readOnly.setReadOnly(true);
        assertThatThrownBy(() -> readOnly.execute(status -> attempts.losingOnce()))
                .as("one that the application builds itself")
                .isNotNull();

        app.awaitAllEligible();
        LossyWork again = new LossyWork(app);
        template.setReadOnly(true);
        try {
            assertThat(template.<String>execute(status -> again.losingOnce())).isIn(app.replicas());
        } finally {
            template.setReadOnly(false);
        }
        assertThat(again.count()).isEqualTo(2);
    }

    @Test
    void whenARepositoryIsCalledAloneItShouldBeRetried() {
        RowRepository repository = app.bean(RowRepository.class);
        assertThat(repository.<String>inRepository(() -> attempts.losingOnce())).isIn(app.replicas());
        assertThat(attempts.count()).isEqualTo(2);
    }

    @Test
    void whenARepositoryMethodHasAQueryItShouldBeRetried() {
        app.insertAuthor(author);
        app.cluster().awaitReplicated();
        RowRepository repository = app.bean(RowRepository.class);
        CompletableFuture<String> killing = CompletableFuture.supplyAsync(this::killSlowReader);

        assertThat(repository.findSlowly(author).name()).isEqualTo(author);
        assertThat(killing.join()).isIn(app.replicas());
    }

    /** Kills the session of the first statement that it finds sleeping; returns its node. */
    private String killSlowReader() {
        String[] killed = new String[1];
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    for (ClusterNode node : app.cluster().replicas()) {
                        try (Connection connection = node.adminConnection();
                                Statement statement = connection.createStatement();
                                ResultSet rows = statement.executeQuery("SELECT ID FROM information_schema.PROCESSLIST"
                                        + " WHERE INFO LIKE '%SLEEP(3)%' AND ID <> CONNECTION_ID()")) {
                            if (rows.next()) {
                                node.killSession(rows.getLong(1));
                                killed[0] = node.name();
                                return true;
                            }
                        }
                    }
                    return false;
                });
        return killed[0];
    }

    @Test
    void whenATransactionFollowsARetryItShouldBeRoutedNormally() {
        transactions.readOnly(() -> attempts.losingOnce());
        // The node whose connection was lost is avoided until it answers a probe.
        app.awaitAllEligible();
        app.assertSpreadsOverReplicas(() -> transactions.readOnly(app::node));
        assertThat(transactions.write(app::node)).isEqualTo(app.primary());
    }
}
