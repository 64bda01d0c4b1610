package io.github.replicationrouting.autoconfigure.jpa;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.ReadSettings;
import jakarta.persistence.EntityManager;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.orm.jpa.EntityManagerHolder;

/** Auto-configuration of JPA on a routing data source: use of shared caches, and translation of exceptions. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass({EntityManagerHolder.class, EntityManager.class})
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingJpaAutoConfiguration {

    @Bean
    ReadOnlyAccessExceptionTranslator replicationRoutingReadOnlyAccessExceptionTranslator() {
        return new ReadOnlyAccessExceptionTranslator();
    }

    /** Binds its property from the environment: a dependency of a bean post-processor should have none itself. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static DefaultCacheStoreMode replicationRoutingDefaultCacheStoreMode(Environment environment) {
        OutsideTransaction outsideTransaction = Binder.get(environment)
                .bind("replication.routing.reads.outside-transaction", OutsideTransaction.class)
                .orElseGet(() -> ReadSettings.defaults().outsideTransaction());
        return new DefaultCacheStoreMode(outsideTransaction == OutsideTransaction.REPLICA);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static SharedCacheBypassPostProcessor replicationRoutingSharedCacheBypassPostProcessor(
            DefaultCacheStoreMode defaultStoreMode) {
        return new SharedCacheBypassPostProcessor(defaultStoreMode);
    }

    /** The default store mode of Hibernate. Other persistence providers are configured by the application itself. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HibernatePropertiesCustomizer.class)
    static class HibernateConfiguration {

        @Bean
        HibernatePropertiesCustomizer replicationRoutingHibernatePropertiesCustomizer(
                DefaultCacheStoreMode defaultStoreMode) {
            return defaultStoreMode::customize;
        }
    }
}
