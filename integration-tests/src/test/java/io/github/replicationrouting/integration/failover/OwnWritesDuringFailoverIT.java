package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A session reads what it has just written when the primary is lost and no replica shows it yet. On MySQL: MariaDB
 * receives anew what it had received and not applied, so that this is lost with its source.
 */
@ExtendWith(Applications.Extension.class)
class OwnWritesDuringFailoverIT {

    private final Applications applications;
    private final TestApplication app;
    private final String author = UUID.randomUUID().toString();
    private SessionToken token;

    OwnWritesDuringFailoverIT(Applications applications) {
        this.applications = applications;
        // The duration of a promotion depends on the machine.
        app = start("60s");
        app.awaitAllEligible();
    }

    private TestApplication start(String hold) {
        return applications.start(
                Stack.MYSQL,
                JdbcApplication.class,
                "replication.routing.consistency.mode=session",
                "replication.routing.reads.max-lag=60s",
                "replication.routing.writes.hold=" + hold);
    }

    /** It has reached the replicas, which do not apply it. */
    @BeforeEach
    void writeAndLoseThePrimary() {
        app.cluster().replicas().forEach(ClusterNode::stopApplier);
        SessionToken.clear();
        app.transactions().write(() -> {
            app.insertAuthor(author);
            return null;
        });
        token = SessionToken.current();
        awaitReceived();
        app.cluster().node("db1").kill();
        app.awaitState("db1", NodeState.DOWN);
    }

    @AfterEach
    void heal() {
        SessionToken.clear();
        app.cluster().heal();
        app.close();
    }

    @Test
    void whenAReplicaIsPromotedTheReadShouldWaitForIt() throws Exception {
        CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> read(app));
        awaitHeld();
        app.cluster().promote(app.cluster().node("db2"));

        assertThat(read.get(60, TimeUnit.SECONDS)).isOne();
    }

    @Test
    void whenNoReplicaIsPromotedTheReadShouldFail() {
        try (TestApplication impatient = start("2s")) {
            impatient.awaitState("db1", NodeState.DOWN);
            assertThatThrownBy(() -> read(impatient))
                    .hasRootCauseInstanceOf(NoReadableNodeException.class)
                    .hasStackTraceContaining("no replica is known to have what its session has written")
                    .hasStackTraceContaining("replication.routing.writes.hold");
        }
    }

    @Test
    void whenThePrimaryIsLostOtherSessionsShouldRead() {
        SessionToken.clear();

        assertThat(app.transactions().<Integer>readOnly(() -> app.countAuthors(author)))
                .isZero();
    }

    private int read(TestApplication app) {
        token.join();
        try {
            return app.transactions().readOnly(() -> app.countAuthors(author));
        } finally {
            SessionToken.clear();
        }
    }

    private void awaitReceived() {
        String written = app.cluster().primary().position();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> app.cluster().replicas().stream().allMatch(replica -> hasReceived(replica, written)));
    }

    private static boolean hasReceived(ClusterNode replica, String position) {
        try (Connection connection = replica.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT GTID_SUBSET('" + position
                        + "', CONCAT(RECEIVED_TRANSACTION_SET, ',', @@GLOBAL.gtid_executed))"
                        + " FROM performance_schema.replication_connection_status")) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitHeld() {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> app.bean(ReplicationRouting.class).held() == 1);
    }
}
