package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OnStacks({Stack.MYSQL, Stack.MARIADB})
class PrimaryFailureIT {

    private final TestApplication app;
    private final ClusterNode db1;

    PrimaryFailureIT(Stack stack, Applications applications) {
        app = applications.get(
                stack, JdbcApplication.class, TestApplication.PATIENT, "replication.routing.writes.hold=0");
        db1 = app.cluster().node("db1");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenThePrimaryIsDownReadsShouldContinueAndWritesShouldFailImmediately() throws Exception {
        try (Reads reads = new Reads(app)) {
            db1.kill();
            app.awaitState("db1", NodeState.DOWN);
            reads.assertAvoided("db1", "db2", "db3");
            assertThatThrownBy(() -> app.transactions().write(app::node))
                    .hasStackTraceContaining("NoWritableNodeException")
                    .hasStackTraceContaining("Writes are unavailable")
                    .hasStackTraceContaining("db1: ");
            assertThatThrownBy(app::node).hasStackTraceContaining("Writes are unavailable");
            reads.assertNoneFailed();

            db1.start();
            app.awaitAllEligible();
            String author = UUID.randomUUID().toString();
            assertThat(app.transactions().write(() -> {
                        app.insertAuthor(author);
                        return app.node();
                    }))
                    .isEqualTo("db1");
            assertThat(app.countAuthorsOnPrimary(author)).isOne();
            reads.awaitServedBy("db2");
            reads.awaitServedBy("db3");
            reads.assertNoneFailed();
        }
    }
}
