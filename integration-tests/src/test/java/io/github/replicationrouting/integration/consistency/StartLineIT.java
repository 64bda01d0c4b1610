package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The log states at the start how own writes are detected with the server and the driver in use. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
@ExtendWith(OutputCaptureExtension.class)
class StartLineIT {

    private final Stack stack;
    private final Applications applications;

    StartLineIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
    }

    @Test
    void whenStartedTheLogShouldStateHowOwnWritesAreDetected(CapturedOutput output) throws SQLException {
        applications.cluster(stack).heal();
        try (TestApplication app = applications.start(
                stack,
                JdbcApplication.class,
                "replication.routing.consistency.mode=session",
                "logging.level." + ReplicationRouting.class.getName() + "=info")) {
            boolean reported = reportsCommits(app);
            if (stack == Stack.MYSQL) {
                assertThat(reported).isTrue();
            }
            assertThat(output.getOut().lines().filter(line -> line.contains("Routing dataSource: ")))
                    .singleElement()
                    .asString()
                    .contains("read-your-writes by gtid "
                            + (reported
                                    ? "(reported with each commit), "
                                    : "(the primary's, asked for after each commit), "));
        }
    }

    private static boolean reportsCommits(TestApplication app) throws SQLException {
        try (Connection primary =
                app.bean(ReplicationRouting.class).dataSource().node("db1").getConnection()) {
            return primary.unwrap(PhysicalConnection.class).reportsCommits();
        }
    }
}
