package io.github.replicationrouting.autoconfigure.jpa;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

/** Guards the shared caches of each transaction manager's persistence contexts. */
final class SharedCachePostProcessor implements BeanPostProcessor {

    private final DefaultStoreMode defaultStoreMode;

    SharedCachePostProcessor(DefaultStoreMode defaultStoreMode) {
        this.defaultStoreMode = defaultStoreMode;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AbstractPlatformTransactionManager manager
                && bean instanceof ResourceTransactionManager resources) {
            manager.addListener(new SharedCacheGuard(resources, defaultStoreMode));
        }
        return bean;
    }
}
