package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;

/** {@code reads.outside-transaction=replica}. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class OutsideTransactionIT {

    private final TestApplication app;

    OutsideTransactionIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.reads.outside-transaction=replica");
    }

    @Test
    void whenStatementsAreOutsideTransactionsBothReplicasShouldServe() {
        app.assertSpreadsOverReplicas(app::node);
        app.assertSpreadsOverReplicas(() -> app.transactions().supportsReadOnly(app::node));
        app.assertSpreadsOverReplicas(
                () -> app.transactions().write(() -> app.transactions().notSupported(app::node)));
    }

    @Test
    void whenThereIsATransactionItsRouteShouldNotChange() {
        assertThat(app.transactions().write(app::node)).isEqualTo(app.primary());
        assertThat(app.transactions().readOnly(app::node)).isIn(app.replicas());
    }

    @Test
    void whenAWriteIsOutsideATransactionItShouldFail() {
        assertThatThrownBy(() -> app.insertAuthor("absent"))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("reads.outside-transaction=replica")
                .hasMessageNotContaining("read-only transaction");
        assertThat(app.transactions().write(app::node)).isEqualTo(app.primary());
    }

    @Test
    void whenALockIsOutsideATransactionItShouldFail() {
        assertThatThrownBy(() -> app.jdbc().queryForObject("SELECT GET_LOCK('outside', 0)", Integer.class))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("reads.outside-transaction=replica")
                .hasMessageContaining("GET_LOCK");
    }
}
