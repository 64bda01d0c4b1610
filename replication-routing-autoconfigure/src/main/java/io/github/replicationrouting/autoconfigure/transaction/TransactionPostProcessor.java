package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.transaction.RetryContextListener;
import io.github.replicationrouting.internal.transaction.RetryingTransactionTemplate;
import io.github.replicationrouting.internal.transaction.TransactionRunner;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Watches transaction managers, and has a template bean's transactions run again, unless it is of a type of its own. */
final class TransactionPostProcessor implements BeanPostProcessor {

    private final Supplier<TransactionRunner> runner;

    TransactionPostProcessor(Supplier<TransactionRunner> runner) {
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
