package io.github.replicationrouting.integration.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Statements that reach the servers, by their own counter {@code Questions}. The monitor probes once, before the count
 * begins.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StatementCountTests {

    private static final Logger log = LoggerFactory.getLogger(StatementCountTests.class);
    private static final int ROUNDS = 3;
    private static final int RUNS = 300;
    private static final String SELECT = "SELECT name FROM item WHERE id = 1";
    private static final String UPDATE = "UPDATE item SET name = 'new' WHERE id = 1";

    private final JdbcDriver driver;
    private ReplicatedCluster cluster;
    private TestRouting routing;

    StatementCountTests(JdbcDriver driver) {
        this.driver = driver;
    }

    @BeforeAll
    void start(ReplicatedCluster given) {
        cluster = given;
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
        assertThat(statementsEach("read-only transaction", () -> routing.readOnly()
                        .executeWithoutResult(status -> routing.jdbc().queryForObject(SELECT, String.class))))
                .isEqualTo(2.00);
    }

    @Test
    void whenATransactionWritesItShouldTakeTwoStatements() {
        assertThat(statementsEach("write transaction", () -> routing.readWrite()
                        .execute(status -> routing.jdbc().update(UPDATE))))
                .isEqualTo(2.00);
    }

    @Test
    void whenAutoCommitIsOnAStatementShouldTakeOne() {
        assertThat(statementsEach("auto-commit statement", () -> routing.jdbc().update(UPDATE)))
                .isEqualTo(1.00);
    }

    @Test
    void whenATransactionIsEmptyItShouldTakeNoStatement() {
        assertThat(statementsEach("empty transaction", () -> {
                    routing.readOnly().execute(status -> status.isNewTransaction());
                    routing.readWrite().execute(status -> status.isNewTransaction());
                }))
                .isZero();
    }

    @Test
    void whenUsersAlternateOnlyTheDifferenceShouldBeSent() {
        try (TestRouting alone = TestRouting.over(cluster, List.of(cluster.primary()), driver, TestRouting.QUIET, 1)) {
            assertThat(statementsEach("read-only and write transaction on one connection", () -> {
                        alone.readOnly()
                                .executeWithoutResult(status -> alone.jdbc().queryForObject(SELECT, String.class));
                        alone.readWrite().execute(status -> alone.jdbc().update(UPDATE));
                    }))
                    .isEqualTo(6.00);
            assertThat(statementsEach("write transaction and auto-commit statement on one connection", () -> {
                        alone.readWrite().execute(status -> alone.jdbc().update(UPDATE));
                        alone.jdbc().queryForObject(SELECT, String.class);
                    }))
                    .isEqualTo(5.00);
        }
    }

    /** Returns the statements of one run, after enough runs for every connection to settle; rounded to a hundredth. */
    /** Returns the minimum of some rounds: on a busy machine a pool may still open or validate a connection. */
    private double statementsEach(String what, Runnable run) {
        repeat(run, 20);
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = questions();
            repeat(run, RUNS);
            fewest = Math.min(fewest, questions() - before);
        }
        double each = Math.round(100.0 * fewest / RUNS) / 100.0;
        log.info("{} through {}: {} is {} statements", cluster.kind(), driver, what, each);
        return each;
    }

    private static void repeat(Runnable run, int times) {
        for (int i = 0; i < times; i++) {
            run.run();
        }
    }

    private long questions() {
        return cluster.nodes().stream().mapToLong(ClusterNode::questions).sum();
    }
}
