package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import java.util.ArrayList;
import java.util.List;
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
                    .hasCauseInstanceOf(CommitOutcomeUnknownException.class);
            assertThat(attempts).hasValue(1);
        } finally {
            cluster().heal();
        }
    }

    /** 1047: the node executes nothing, so that nothing of the transaction can have been committed. */
    @Test
    void whenTheNodeRefusesAStatementShouldRetryTheTransactionOnAnotherOne() {
        try (TestApplication app = onAllMembers()) {
            List<String> nodes = new ArrayList<>();
            app.transactions().write(() -> {
                increment(app, 1);
                nodes.add(app.node());
                if (attempts.incrementAndGet() == 1) {
                    cluster().node(nodes.get(0)).rejectQueries(true);
                }
                increment(app, 2);
                return null;
            });

            assertThat(nodes.get(nodes.size() - 1)).isNotEqualTo(nodes.get(0));
            assertThat(attempts).hasValueGreaterThanOrEqualTo(2);
            cluster().heal();
            assertThat(values(app)).containsExactly(1, 1, 0);
        } finally {
            cluster().heal();
        }
    }
}
