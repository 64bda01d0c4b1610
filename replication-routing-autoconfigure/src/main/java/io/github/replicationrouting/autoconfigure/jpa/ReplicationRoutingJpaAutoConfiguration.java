package io.github.replicationrouting.autoconfigure.jpa;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.settings.OutsideTransaction;
import jakarta.persistence.EntityManager;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.orm.jpa.EntityManagerHolder;

/** Auto-configuration of what JPA needs beside a routed data source: shared caches, and exceptions. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass({EntityManagerHolder.class, EntityManager.class})
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingJpaAutoConfiguration {

    @Bean
    PersistenceExceptionTranslator replicationRoutingReadOnlyAccessTranslator() {
        return new ReadOnlyAccessTranslator();
    }

    /** From the environment: a bean that a post-processor needs must need no other. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static DefaultStoreMode replicationRoutingDefaultStoreMode(Environment environment) {
        OutsideTransaction outside = Binder.get(environment)
                .bind("replication.routing.reads.outside-transaction", OutsideTransaction.class)
                .orElse(OutsideTransaction.PRIMARY);
        return new DefaultStoreMode(outside == OutsideTransaction.REPLICA);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static BeanPostProcessor replicationRoutingSharedCachePostProcessor(DefaultStoreMode defaultStoreMode) {
        return new SharedCachePostProcessor(defaultStoreMode);
    }

    /** With another persistence provider an application sets {@code jakarta.persistence.cache.storeMode} itself. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HibernatePropertiesCustomizer.class)
    static class HibernateConfiguration {

        @Bean
        HibernatePropertiesCustomizer replicationRoutingDefaultStoreModeCustomizer(DefaultStoreMode defaultStoreMode) {
            return defaultStoreMode::customize;
        }
    }
}
