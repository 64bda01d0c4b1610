package io.github.replicationrouting.integration.rerun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.PessimisticLockingFailureException;

/** What a statement commits of its own accord, a rollback does not undo. With the driver that reports commits. */
@OnStacks({Stack.MYSQL, Stack.MARIADB_WITH_CONNECTOR_J})
class PartlyCommittedIT {

    private final TestApplication app;
    private final AtomicInteger attempts = new AtomicInteger();

    PartlyCommittedIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.writes.conflict-retries=5",
                "replication.routing.consistency.mode=session");
    }

    @Test
    void aTransactionOfWhichAPartIsCommittedShouldNotBeRunAgain() {
        String author = UUID.randomUUID().toString();

        assertThatThrownBy(() -> app.transactions().write(() -> {
                    attempts.incrementAndGet();
                    app.insertAuthor(author);
                    app.jdbc().execute("CREATE TABLE IF NOT EXISTS commits_what_came_before (id INT)");
                    app.jdbc().execute("DROP TABLE commits_what_came_before");
                    app.jdbc().execute("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213");
                    return null;
                }))
                .isInstanceOf(PessimisticLockingFailureException.class);

        assertThat(attempts).hasValue(1);
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }
}
