package io.github.replicationrouting.integration.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import org.junit.jupiter.api.Test;

/** Isolation as each transaction declares it. One connection in each pool, so that the next one inherits it. */
@OnStacks(
        value = {Stack.MYSQL, Stack.MARIADB},
        withEachTransactionManager = true)
class IsolationIT {

    private final TestApplication app;
    private final Transactions transactions;

    IsolationIT(Stack stack, Class<?> configuration, Applications applications) {
        app = applications.get(
                stack, configuration, TestApplication.PATIENT, "replication.routing.hikari.maximum-pool-size=1");
        transactions = app.transactions();
    }

    @Test
    void whenATransactionDeclaresAnIsolationItShouldRunInIt() {
        for (int i = 0; i < 5; i++) {
            assertThat(transactions.writeReadCommitted(this::isolation)).isEqualTo("READ-COMMITTED");
            assertThat(transactions.write(this::isolation)).isEqualTo("REPEATABLE-READ");
            assertThat(isolation()).isEqualTo("REPEATABLE-READ");
            assertThat(transactions.readOnlySerializable(this::isolation)).isEqualTo("SERIALIZABLE");
            assertThat(transactions.readOnly(this::isolation)).isEqualTo("REPEATABLE-READ");
        }
    }

    @Test
    void whenATransactionDeclaresAnIsolationItsRouteShouldNotChange() {
        assertThat(transactions.writeReadCommitted(app::node)).isEqualTo(app.primary());
        app.assertSpreadsOverReplicas(() -> transactions.readOnlySerializable(app::node));
    }

    private String isolation() {
        return app.jdbc().queryForObject("SELECT @@transaction_isolation", String.class);
    }
}
