package io.github.replicationrouting.integration.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Statements that reach the servers, by their own counter {@code Questions}. The monitor probes once, before the count
 * begins.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StatementCountTests {

    private static final String SELECT = "SELECT name FROM item WHERE id = 1";
    private static final String UPDATE = "UPDATE item SET name = 'new' WHERE id = 1";

    private static final Duration PAUSE = Duration.ofMillis(700);

    private final JdbcDriver driver;
    private ReplicatedCluster cluster;
    private StatementCounter statements;
    private TestRouting routing;

    StatementCountTests(JdbcDriver driver) {
        this.driver = driver;
    }

    @BeforeAll
    void start(ReplicatedCluster given) {
        cluster = given;
        statements = new StatementCounter(cluster, driver);
        cluster.primary()
                .execute(List.of(
                        "CREATE TABLE " + cluster.database() + ".item (id INT PRIMARY KEY, name VARCHAR(20))",
                        "INSERT INTO " + cluster.database() + ".item VALUES (1, 'old')"));
        cluster.awaitReplicated();
        routing = TestRouting.over(cluster, cluster.nodes(), driver, TestRouting.QUIET, 1);
        routing.awaitAllOnline();
    }

    @AfterAll
    void stop() {
        if (routing != null) {
            routing.close();
        }
    }

    @Test
    void whenATransactionReadsItShouldTakeTwoStatements() {
        assertThat(statements.each("read-only transaction", () -> routing.readOnly()
                        .executeWithoutResult(status -> routing.jdbc().queryForObject(SELECT, String.class))))
                .isEqualTo(2.00);
    }

    @Test
    void whenReadCommittedRunsInAutoCommitATransactionShouldTakeOneStatementForEachQuery() {
        try (TestRouting autoCommit = TestRouting.readCommittedInAutoCommit(cluster, driver)) {
            Runnable query = () -> autoCommit.jdbc().queryForObject(SELECT, String.class);
            TransactionTemplate readCommitted = autoCommit.readOnly();
            readCommitted.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
            Runnable one = () -> readCommitted.executeWithoutResult(status -> query.run());
            assertThat(statements.each("read-only transaction at READ COMMITTED", one))
                    .isEqualTo(1.00);
            assertThat(statements.each(
                            "the same with two queries",
                            () -> readCommitted.executeWithoutResult(status -> {
                                query.run();
                                query.run();
                            })))
                    .isEqualTo(2.00);
            // Long enough for HikariCP to ping the connection before it is used.
            assertThat(new StatementCounter(cluster, driver, 1, 5).each("the same after a pause", () -> {
                        LockSupport.parkNanos(PAUSE.toNanos());
                        one.run();
                    }))
                    .isLessThan(2.00);
            assertThat(statements.each(
                            "one query and one of a variable",
                            () -> readCommitted.executeWithoutResult(status -> {
                                query.run();
                                autoCommit.jdbc().queryForObject("SELECT @@server_id", Long.class);
                            })))
                    .isEqualTo(5.00);
            assertThat(statements.each(
                            "read-only transaction at REPEATABLE READ",
                            () -> autoCommit.readOnly().executeWithoutResult(status -> query.run())))
                    .isEqualTo(2.00);
        }
    }

    @Test
    void whenATransactionWritesItShouldTakeTwoStatements() {
        assertThat(statements.each("write transaction", () -> routing.readWrite()
                        .execute(status -> routing.jdbc().update(UPDATE))))
                .isEqualTo(2.00);
    }

    @Test
    void whenAutoCommitIsOnAStatementShouldTakeOne() {
        assertThat(statements.each("auto-commit statement", () -> routing.jdbc().update(UPDATE)))
                .isEqualTo(1.00);
    }

    @Test
    void whenATransactionIsEmptyItShouldTakeNoStatement() {
        assertThat(statements.each("empty transaction", () -> {
                    routing.readOnly().execute(status -> status.isNewTransaction());
                    routing.readWrite().execute(status -> status.isNewTransaction());
                }))
                .isZero();
    }

    @Test
    void whenUsersAlternateOnlyTheDifferenceShouldBeSent() {
        try (TestRouting alone = TestRouting.over(cluster, List.of(cluster.primary()), driver, TestRouting.QUIET, 1)) {
            assertThat(statements.each("read-only and write transaction on one connection", () -> {
                        alone.readOnly()
                                .executeWithoutResult(status -> alone.jdbc().queryForObject(SELECT, String.class));
                        alone.readWrite().execute(status -> alone.jdbc().update(UPDATE));
                    }))
                    .isEqualTo(6.00);
            assertThat(statements.each("write transaction and auto-commit statement on one connection", () -> {
                        alone.readWrite().execute(status -> alone.jdbc().update(UPDATE));
                        alone.jdbc().queryForObject(SELECT, String.class);
                    }))
                    .isEqualTo(5.00);
        }
    }
}
