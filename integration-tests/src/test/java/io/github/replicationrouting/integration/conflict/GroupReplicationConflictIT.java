package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;

class GroupReplicationConflictIT extends GroupConflictTests {

    GroupReplicationConflictIT() {
        super(ClusterKind.GROUP_REPLICATION, Stack.MYSQL);
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
