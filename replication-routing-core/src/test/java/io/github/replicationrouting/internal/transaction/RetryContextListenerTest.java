package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.routing.RetryContext;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

class RetryContextListenerTest {

    private final FakeTransactionManager own = managerWithListener();
    private final FakeTransactionManager other = managerWithListener();

    private static FakeTransactionManager managerWithListener() {
        FakeTransactionManager manager = new FakeTransactionManager();
        manager.setTransactionExecutionListeners(List.of(new RetryContextListener(manager)));
        return manager;
    }

    @Test
    void whenAnotherManagerCommitsAWriteInsideShouldReportTheCommit() {
        try (RetryContext context = RetryContext.open(System::nanoTime)) {
            transaction(own, false).executeWithoutResult(outer -> {
                transaction(other, true).executeWithoutResult(inner -> {});
                assertThat(context.hasCommitted()).isFalse();

                transaction(other, false).executeWithoutResult(inner -> {});
                assertThat(context.hasCommitted()).isTrue();
            });
        }
    }

    @Test
    void whenAnotherManagerRollsBackShouldReportNoCommit() {
        try (RetryContext context = RetryContext.open(System::nanoTime)) {
            transaction(own, false).executeWithoutResult(outer -> {
                transaction(other, false).executeWithoutResult(inner -> inner.setRollbackOnly());
                assertThat(context.hasCommitted()).isFalse();
            });
        }
    }

    private static TransactionTemplate transaction(FakeTransactionManager manager, boolean readOnly) {
        DefaultTransactionDefinition definition =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        definition.setReadOnly(readOnly);
        return new TransactionTemplate(manager, definition);
    }
}
