package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.transaction.RetryContextListener;
import io.github.replicationrouting.internal.transaction.RetryingTransactionTemplate;
import io.github.replicationrouting.internal.transaction.TransactionRunner;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Adds a {@link RetryContextListener} to each transaction manager, and replaces each {@link TransactionTemplate} bean
 * by a {@link RetryingTransactionTemplate}. Subclasses of the template are left alone.
 */
final class TransactionRetryPostProcessor implements BeanPostProcessor {

    private final Supplier<TransactionRunner> runner;

    TransactionRetryPostProcessor(Supplier<TransactionRunner> runner) {
        this.runner = runner;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AbstractPlatformTransactionManager manager) {
            manager.addListener(new RetryContextListener(manager));
        }
        return bean.getClass() == TransactionTemplate.class
                ? new RetryingTransactionTemplate((TransactionTemplate) bean, runner)
                : bean;
    }
}
