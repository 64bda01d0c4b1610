package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class JdbcTransactionRoutingIT extends TransactionRoutingTests {

    JdbcTransactionRoutingIT(Stack stack, Applications applications) {
        super(stack, applications, JdbcApplication.class);
    }

    @Test
    void whenStartedTheJdbcTransactionManagerShouldBeInUse() {
        assertThat(app.bean(PlatformTransactionManager.class)).isInstanceOf(JdbcTransactionManager.class);
    }

    @Test
    void whenANestedTransactionFailsItShouldRollBackToItsSavepointOnly() {
        String inner = author + "-inner";
        transactions.write(() -> {
            app.insertAuthor(author);
            assertThatThrownBy(() -> transactions.nested(() -> {
                        app.insertAuthor(inner);
                        throw new IllegalStateException("the application's own");
                    }))
                    .hasMessage("the application's own");
            assertThat(app.node()).isEqualTo(app.primary());
            return null;
        });
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
        assertThat(app.countAuthorsOnPrimary(inner)).isZero();
    }

    @Test
    void whenASavepointIsTheFirstOperationItShouldWork() {
        List<String> inWrite = transactions.write(() -> List.of(transactions.nested(app::node), app.node()));
        assertThat(inWrite).containsOnly(app.primary());

        List<String> inRead = transactions.readOnly(() -> List.of(transactions.nested(app::node), app.node()));
        assertThat(inRead).containsOnly(inRead.get(0)).isSubsetOf(app.replicas());
    }
}
