package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties;
import io.github.replicationrouting.internal.transaction.LostReadRetryPolicy;
import io.github.replicationrouting.internal.transaction.RetryAdvisor;
import io.github.replicationrouting.internal.transaction.RetryPolicy;
import io.github.replicationrouting.internal.transaction.TransactionRunner;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RouterMetrics;
import jakarta.persistence.EntityManager;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletResponse;
import java.util.function.Supplier;
import org.hibernate.Session;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.data.repository.core.support.RepositoryFactoryBeanSupport;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Auto-configuration of what runs transactions again: for {@code @Transactional}, the {@code TransactionTemplate} bean
 * and Spring Data repositories. The bean post-processors and the advisor look for everything else when a transaction
 * first begins, so that no bean is created before its time.
 */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingRetryAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TransactionRunner replicationRoutingTransactionRunner(
            ObjectProvider<RetryPolicy> policies,
            ObjectProvider<RetryGuard> guards,
            ObjectProvider<ReplicationRouting> routing) {
        // None where a test has put its own data source in the router's place.
        ReplicationRouting router = routing.getIfAvailable();
        return new TransactionRunner(
                policies.orderedStream().toList(),
                guards.orderedStream().toList(),
                router == null ? RouterMetrics.NONE : router.metrics());
    }

    @Bean
    RetryPolicy replicationRoutingLostReadPolicy(ReplicationRoutingProperties properties) {
        return new LostReadRetryPolicy(properties.getReads().getRetries());
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static RetryAdvisor replicationRoutingRetryAdvisor(
            ConfigurableListableBeanFactory beanFactory, ObjectProvider<TransactionRunner> runner) {
        return new RetryAdvisor(beanFactory, later(runner));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static BeanPostProcessor replicationRoutingTransactionPostProcessor(ObjectProvider<TransactionRunner> runner) {
        return new TransactionPostProcessor(later(runner));
    }

    private static Supplier<TransactionRunner> later(ObjectProvider<TransactionRunner> runner) {
        return SingletonSupplier.of(runner::getObject);
    }

    /** Repositories have a transaction interceptor of their own, which no advisor sees. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RepositoryFactoryBeanSupport.class)
    static class RepositoryConfiguration {

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static BeanPostProcessor replicationRoutingRepositoryPostProcessor(ObjectProvider<TransactionRunner> runner) {
            return new RepositoryPostProcessor(later(runner));
        }
    }

    /** A response that is on its way cannot be taken back. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ServletRequestAttributes.class, ServletResponse.class})
    static class WebConfiguration {

        @Bean
        RetryGuard replicationRoutingWebResponseGuard() {
            return new WebResponseGuard();
        }
    }

    /** A web request has several transactions. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({OncePerRequestFilter.class, Filter.class})
    static class HoldConfiguration {

        @Bean
        PrimaryWaitFilter replicationRoutingHoldFilter() {
            return new PrimaryWaitFilter();
        }
    }

    /** A persistence context may outlive the transaction. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({EntityManagerHolder.class, EntityManager.class})
    static class PersistenceConfiguration {

        @Bean
        @ConditionalOnClass(Session.class)
        RetryGuard replicationRoutingPersistenceContextGuard() {
            return new PersistenceContextGuard(HibernateContexts::isEmpty);
        }

        @Bean
        @ConditionalOnMissingBean(name = "replicationRoutingPersistenceContextGuard")
        RetryGuard replicationRoutingUnknownPersistenceContextGuard() {
            return new PersistenceContextGuard(entityManager -> false);
        }

        @Bean
        @ConditionalOnMissingBean(name = "replicationRoutingPersistenceContextGuard")
        RetryGuard replicationRoutingUnknownEntitiesGuard() {
            return new UnknownEntitiesGuard();
        }
    }
}
