package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.transaction.RetryInterceptor;
import io.github.replicationrouting.internal.transaction.TransactionRunner;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.data.mapping.PersistentEntity;
import org.springframework.data.repository.core.support.RepositoryFactoryBeanSupport;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/**
 * Adds a {@link RetryInterceptor} immediately outside the transaction interceptor of each Spring Data repository, and
 * {@link RepositoryArgumentInterceptor}s inside it.
 */
final class RepositoryRetryPostProcessor implements BeanPostProcessor {

    private final Supplier<TransactionRunner> runner;

    RepositoryRetryPostProcessor(Supplier<TransactionRunner> runner) {
        this.runner = runner;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof RepositoryFactoryBeanSupport<?, ?, ?> repository) {
            // Customizers run after the factory's own processors, so the transaction interceptor is already present.
            repository.addRepositoryFactoryCustomizer(
                    factory -> factory.addRepositoryProxyPostProcessor((proxy, information) -> {
                        addRetryInterceptor(proxy);
                        addArgumentInterceptors(proxy, information.getDomainType(), repository);
                    }));
        }
        return bean;
    }

    private void addRetryInterceptor(ProxyFactory proxy) {
        Advisor[] advisors = proxy.getAdvisors();
        for (int i = 0; i < advisors.length; i++) {
            if (advisors[i].getAdvice() instanceof TransactionInterceptor transactions) {
                proxy.addAdvice(i, new RetryInterceptor(transactions::getTransactionAttributeSource, runner));
                return;
            }
        }
    }

    /**
     * Adds interceptors as the innermost advice, within the transaction. JPA entities need none, because Hibernate
     * reports them to {@link HibernateEntityStateListener}; the other Spring Data modules take part in no transaction
     * of the router.
     */
    private static void addArgumentInterceptors(
            ProxyFactory proxy, Class<?> domainType, RepositoryFactoryBeanSupport<?, ?, ?> repository) {
        if (isSpringDataJdbc(repository.getClass())) {
            PersistentEntity<?, ?> entity = repository.getPersistentEntity();
            proxy.addAdvice(new RepositoryArgumentInterceptor<>(
                    domainType, JdbcAggregateState.class, aggregate -> new JdbcAggregateState(entity, aggregate)));
        }
        Method eventsMethod = DomainEventsState.eventsMethod(domainType);
        if (eventsMethod != null) {
            proxy.addAdvice(new RepositoryArgumentInterceptor<>(
                    domainType, DomainEventsState.class, aggregate -> new DomainEventsState(eventsMethod, aggregate)));
        }
    }

    private static boolean isSpringDataJdbc(@Nullable Class<?> type) {
        return type != null
                && (type.getName().startsWith("org.springframework.data.jdbc.")
                        || isSpringDataJdbc(type.getSuperclass()));
    }
}
