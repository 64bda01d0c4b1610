package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties;
import io.github.replicationrouting.internal.transaction.LostReadRetryPolicy;
import io.github.replicationrouting.internal.transaction.RetryAdvisor;
import io.github.replicationrouting.internal.transaction.TransactionRunner;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.replicationrouting.spi.RouterMetrics;
import jakarta.persistence.EntityManager;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletResponse;
import java.util.function.Supplier;
import org.hibernate.Session;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
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
 * Auto-configuration of retries of transactions: those of {@code @Transactional} methods, of the
 * {@code TransactionTemplate} bean and of Spring Data repositories. The advisor and the bean post-processors obtain
 * other beans only when a transaction first begins, so that none of them is created early.
 */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingRetryAutoConfiguration {

    private static final String HIBERNATE_SESSION = "org.hibernate.Session";

    @Bean
    @ConditionalOnMissingBean
    TransactionRunner replicationRoutingTransactionRunner(
            ObjectProvider<RetryPolicy> policies,
            ObjectProvider<RetryGuard> guards,
            ObjectProvider<ReplicationRouting> routing) {
        // Absent when a test has replaced the routing data source.
        ReplicationRouting router = routing.getIfAvailable();
        return new TransactionRunner(
                router == null ? "none" : router.name(),
                policies.orderedStream().toList(),
                guards.orderedStream().toList(),
                router == null ? RouterMetrics.NONE : router.metrics());
    }

    @Bean
    RetryPolicy replicationRoutingLostReadRetryPolicy(ReplicationRoutingProperties properties) {
        return new LostReadRetryPolicy(properties.getReads().getRetries());
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static RetryAdvisor replicationRoutingRetryAdvisor(
            ConfigurableListableBeanFactory beanFactory, ObjectProvider<TransactionRunner> runner) {
        return new RetryAdvisor(beanFactory, lazy(runner));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static TransactionRetryPostProcessor replicationRoutingTransactionRetryPostProcessor(
            ObjectProvider<TransactionRunner> runner) {
        return new TransactionRetryPostProcessor(lazy(runner));
    }

    private static Supplier<TransactionRunner> lazy(ObjectProvider<TransactionRunner> runner) {
        return SingletonSupplier.of(runner::getObject);
    }

    /** Spring Data repositories, whose own transaction interceptor is out of reach of an advisor. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RepositoryFactoryBeanSupport.class)
    static class RepositoryConfiguration {

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static RepositoryRetryPostProcessor replicationRoutingRepositoryRetryPostProcessor(
                ObjectProvider<TransactionRunner> runner) {
            return new RepositoryRetryPostProcessor(lazy(runner));
        }
    }

    /** The response of a web request, which cannot be withdrawn once it is committed. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ServletRequestAttributes.class, ServletResponse.class})
    static class WebResponseConfiguration {

        @Bean
        WebResponseRetryGuard replicationRoutingWebResponseRetryGuard() {
            return new WebResponseRetryGuard();
        }
    }

    /** The time that the transactions of one web request together may wait for a primary. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({OncePerRequestFilter.class, Filter.class})
    static class PrimaryWaitBudgetConfiguration {

        @Bean
        PrimaryWaitBudgetFilter replicationRoutingPrimaryWaitBudgetFilter() {
            return new PrimaryWaitBudgetFilter();
        }
    }

    /** Persistence contexts that may outlive a transaction, and the entities that a retry would meet again. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({EntityManagerHolder.class, EntityManager.class})
    static class JpaConfiguration {

        @Bean
        @ConditionalOnClass(Session.class)
        PersistenceContextRetryGuard replicationRoutingPersistenceContextRetryGuard() {
            return new PersistenceContextRetryGuard(HibernatePersistenceContexts::isEmpty);
        }

        /** For JPA providers other than Hibernate: no persistence context is known to be empty. */
        @Bean
        @ConditionalOnMissingClass(HIBERNATE_SESSION)
        PersistenceContextRetryGuard replicationRoutingOpaquePersistenceContextRetryGuard() {
            return new PersistenceContextRetryGuard(entityManager -> false);
        }

        @Bean
        @ConditionalOnMissingClass(HIBERNATE_SESSION)
        UntrackedEntitiesRetryGuard replicationRoutingUntrackedEntitiesRetryGuard() {
            return new UntrackedEntitiesRetryGuard();
        }
    }
}
