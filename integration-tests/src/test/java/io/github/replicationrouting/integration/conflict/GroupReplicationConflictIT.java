package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.dao.ConcurrencyFailureException;

class GroupReplicationConflictIT extends GroupConflictTests {

    private static final int ROLLBACK_DURING_COMMIT = 3101;
    private static final int ATTEMPTS = 100;

    GroupReplicationConflictIT() {
        super(ClusterKind.GROUP_REPLICATION, Stack.MYSQL);
    }

    /** It then waits for the group instead, to distinguish a conflict from a server that has lost its group. */
    @Test
    void whenTheAccountMayNotSeeTheGroupTheCommitShouldFailAsAConflict() {
        on(
                "db1",
                "CREATE USER IF NOT EXISTS 'ungranted'@'%%' IDENTIFIED BY '"
                        + cluster().password() + "'");
        on("db1", "GRANT ALL ON %s.* TO 'ungranted'@'%%'");
        cluster().awaitReplicated();
        try (TestApplication app = application(
                JdbcApplication.class,
                "replication.routing.username=ungranted",
                "replication.routing.monitor.username=" + cluster().username(),
                "replication.routing.monitor.password=" + cluster().password())) {
            assertThatThrownBy(() -> app.jdbc().queryForList("TABLE performance_schema.replication_group_members"))
                    .rootCause()
                    .hasMessageContaining("denied");
            Set<Integer> codes = new HashSet<>();
            for (int i = 0; i < ATTEMPTS && !codes.contains(ROLLBACK_DURING_COMMIT); i++) {
                assertThatThrownBy(() -> app.transactions().write(() -> {
                            increment(app, 1);
                            on("db2", "UPDATE %s.contended SET n = n + 100 WHERE id = 1");
                            return null;
                        }))
                        .isInstanceOf(ConcurrencyFailureException.class)
                        .rootCause()
                        .isInstanceOfSatisfying(SQLException.class, conflict -> codes.add(conflict.getErrorCode()));
            }
            assertThat(codes).as("not only those of the storage engine").contains(ROLLBACK_DURING_COMMIT);
        }
    }

    /** 3100 while it leaves, then 1290. */
    @Test
    void whenTheMemberHasLeftItsGroupBeforeTheCommitShouldReportThatNothingWasCommitted() {
        try (TestApplication app = application(JdbcApplication.class, "replication.routing.writes.hold=0")) {
            assertThatThrownBy(() -> app.transactions().write(() -> {
                        increment(app, 1);
                        attempts.incrementAndGet();
                        cluster().node("db1").stopGroup();
                        return null;
                    }))
                    .hasCauseInstanceOf(SQLTransientConnectionException.class);

            assertThat(attempts).hasValue(1);
            cluster().heal();
            assertThat(valuesOn("db2", "contended")).containsExactly(0, 0, 0);
        } finally {
            cluster().heal();
        }
    }
}
