package io.github.replicationrouting.autoconfigure.jpa;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

/** Adds a {@link SharedCacheBypassListener} to each transaction manager. */
final class SharedCacheBypassPostProcessor implements BeanPostProcessor {

    private final DefaultCacheStoreMode defaultStoreMode;

    SharedCacheBypassPostProcessor(DefaultCacheStoreMode defaultStoreMode) {
        this.defaultStoreMode = defaultStoreMode;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AbstractPlatformTransactionManager manager
                && bean instanceof ResourceTransactionManager resources) {
            manager.addListener(new SharedCacheBypassListener(resources, defaultStoreMode));
        }
        return bean;
    }
}
