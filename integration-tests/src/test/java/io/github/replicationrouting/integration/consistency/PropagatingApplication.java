package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Transactions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** An application that passes work to other threads as Spring's documentation recommends. */
@EnableAsync
class PropagatingApplication extends JdbcApplication {

    @Bean
    ContextPropagatingTaskDecorator taskDecorator() {
        return new ContextPropagatingTaskDecorator();
    }

    @Bean
    Later later(Transactions transactions) {
        return new Later(transactions);
    }

    /** Reads on a separate thread. */
    static class Later {

        private final Transactions transactions;

        Later(Transactions transactions) {
            this.transactions = transactions;
        }

        @Async
        CompletableFuture<Integer> readOnly(Supplier<Integer> work) {
            return CompletableFuture.completedFuture(transactions.readOnly(work));
        }
    }
}
