package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import org.junit.jupiter.api.Test;

class GaleraConflictIT extends GroupConflictTests {

    GaleraConflictIT() {
        super(ClusterKind.GALERA, Stack.MARIADB);
    }

    /** Galera rolls back every transaction that has used the table. */
    @Test
    void whenDdlRollsBackAReadOnlyTransactionShouldRetryIt() {
        try (TestApplication app = application(JdbcApplication.class)) {
            Integer read = app.transactions().readOnly(() -> {
                Integer first = value(app, 1);
                if (attempts.incrementAndGet() == 1) {
                    on("db2", "ALTER TABLE %s.contended ADD COLUMN IF NOT EXISTS more INT");
                    cluster().awaitReplicated();
                }
                value(app, 2);
                return first;
            });

            assertThat(read).isZero();
            assertThat(attempts).hasValue(2);
        }
    }

    /** Some of these commits were in the database afterwards. */
    @Test
    void whenTheNodeFallsIntoTheMinorityInACommitShouldReportAnUnknownOutcomeAndNotRetry() {
        try (TestApplication app = application(
                JdbcApplication.class,
                "replication.routing.writes.conflict-retries=5",
                "replication.routing.monitor.timeout=30s")) {
            assertThatThrownBy(() -> app.transactions().write(() -> {
                        increment(app, 1);
                        attempts.incrementAndGet();
                        cluster().node("db1").cutFromGroup();
                        return null;
                    }))
                    .rootCause()
                    .hasMessageContaining("Primary Component");
            assertThat(attempts).hasValue(1);
            assertThatThrownBy(() -> app.transactions().write(() -> {
                        increment(app, 1);
                        return null;
                    }))
                    .isNotInstanceOf(CommitOutcomeUnknownException.class);
        } finally {
            cluster().heal();
        }
    }
}
