package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Reads wait for commits behind an endpoint as well, for a limited time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EndpointSessionTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int READS = 100;

    private final JdbcDriver driver;
    private SessionRouting routing;

    EndpointSessionTests(JdbcDriver driver) {
        this.driver = driver;
    }

    @BeforeAll
    void start(ReplicatedCluster cluster) {
        cluster.primary().execute(List.of("CREATE TABLE " + cluster.database() + ".item (name VARCHAR(20))"));
        cluster.awaitReplicated();
        routing = SessionRouting.overEndpoint(
                cluster,
                driver,
                new ConsistencySettings(ConsistencyMode.SESSION, Duration.ofSeconds(1), Duration.ofSeconds(2)));
    }

    @AfterAll
    void stop() {
        routing.close();
    }

    @BeforeEach
    void begin() {
        SessionToken.clear();
    }

    @Test
    void whenAMigrationIsOldReadsShouldNotWaitForIt() throws SQLException {
        try (Connection migration = routing.routing().writerDataSource().getConnection();
                Statement statement = migration.createStatement()) {
            statement.execute("INSERT INTO item VALUES ('migrated')");
        }
        assertThat(countOf("migrated")).isPositive();

        awaitReadsThatDoNotWait();
    }

    @Test
    void whenASessionsCommitIsOldReadsShouldNotWaitForIt() {
        routing.jdbc().update("INSERT INTO item VALUES ('own')");
        assertThat(countOf("own")).isPositive();

        awaitReadsThatDoNotWait();
    }

    /** Otherwise each read of the session would wait until its commit is old. */
    @Test
    void whenASessionReadsItShouldWaitForItsCommitOncePerConnection() {
        routing.jdbc().update("INSERT INTO item VALUES ('once')");
        routing.counts().reset();

        for (int i = 0; i < READS; i++) {
            assertThat(countOf("once")).isPositive();
        }

        assertThat(routing.counts().waits()).hasSizeLessThanOrEqualTo(SessionRouting.ENDPOINT_POOL_SIZE);
    }

    @Test
    void whenATransactionIsReadCommittedItShouldStayWhereItsSessionWaited() {
        routing.jdbc().update("INSERT INTO item VALUES ('awaited')");
        routing.counts().reset();

        readWhatIsCommitted();

        assertThat(routing.counts().reads()).isEqualTo(1);
    }

    @Test
    void whenATransactionAsksForAnyReplicaItShouldStayOnIt() {
        routing.jdbc().update("INSERT INTO item VALUES ('unasked')");
        routing.counts().reset();

        RoutingHints.onReplica(LIMIT, this::readWhatIsCommitted);

        assertThat(routing.counts().reads()).isEqualTo(1);
    }

    private void readWhatIsCommitted() {
        TransactionTemplate transaction = new TransactionTemplate(
                Objects.requireNonNull(routing.readOnly().getTransactionManager()));
        transaction.setReadOnly(true);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        transaction.executeWithoutResult(status -> {
            for (int i = 0; i < 5; i++) {
                routing.jdbc().queryForObject("SELECT COUNT(*) FROM item", Integer.class);
            }
        });
    }

    /** Each read uses another connection, whose server's position is not known yet. */
    private void awaitReadsThatDoNotWait() {
        await("reads do not wait any more").atMost(LIMIT).until(() -> {
            routing.counts().reset();
            for (int i = 0; i < READS; i++) {
                if (i % 10 == 0) {
                    routing.routing()
                            .pools()
                            .forEach(pool -> pool.pool().getHikariPoolMXBean().softEvictConnections());
                }
                countOf("any");
            }
            return routing.counts().waits().isEmpty() && routing.counts().readsOnReplicas() == READS;
        });
    }

    private int countOf(String name) {
        return routing.readOnly().execute(status -> routing.jdbc()
                .queryForObject("SELECT COUNT(*) FROM item WHERE name = ?", Integer.class, name));
    }
}
