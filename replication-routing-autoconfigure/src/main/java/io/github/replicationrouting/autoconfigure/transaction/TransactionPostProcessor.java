package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.transaction.RerunTransactionTemplate;
import io.github.replicationrouting.transaction.TransactionRunner;
import io.github.replicationrouting.transaction.TransactionWatch;
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
            manager.addListener(new TransactionWatch(manager));
        }
        return bean.getClass() == TransactionTemplate.class
                ? new RerunTransactionTemplate((TransactionTemplate) bean, runner)
                : bean;
    }
}
