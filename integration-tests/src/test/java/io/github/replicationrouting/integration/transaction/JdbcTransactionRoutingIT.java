package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

class JdbcTransactionRoutingIT extends TransactionRoutingTests {

    JdbcTransactionRoutingIT(Stack stack, Applications applications) {
        super(stack, applications, JdbcApplication.class);
    }

    @Test
    void runsOnJdbcTransactionManager() {
        assertThat(app.bean(PlatformTransactionManager.class)).isInstanceOf(JdbcTransactionManager.class);
    }
}
