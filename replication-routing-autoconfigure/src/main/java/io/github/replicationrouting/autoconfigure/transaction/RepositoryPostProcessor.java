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

/** Puts a {@link RetryInterceptor} right outside the transaction interceptor of each Spring Data repository. */
final class RepositoryPostProcessor implements BeanPostProcessor {

    private final Supplier<TransactionRunner> runner;

    RepositoryPostProcessor(Supplier<TransactionRunner> runner) {
        this.runner = runner;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof RepositoryFactoryBeanSupport<?, ?, ?> repository) {
            // Customizers come after the factory's own processors, so that the transaction interceptor is there.
            repository.addRepositoryFactoryCustomizer(
                    factory -> factory.addRepositoryProxyPostProcessor((proxy, information) -> {
                        intercept(proxy);
                        addGivenArguments(proxy, information.getDomainType(), repository);
                    }));
        }
        return bean;
    }

    /** Innermost, so in the transaction. Hibernate tells of JPA's entities itself, and other stores roll nothing back. */
    private static void addGivenArguments(
            ProxyFactory proxy, Class<?> type, RepositoryFactoryBeanSupport<?, ?, ?> repository) {
        if (isOfSpringDataJdbc(repository.getClass())) {
            PersistentEntity<?, ?> entity = repository.getPersistentEntity();
            proxy.addAdvice(new ArgumentStateInterceptor<>(
                    type, AggregateState.class, object -> new AggregateState(entity, object)));
        }
        Method events = ArgumentStateEvents.source(type);
        if (events != null) {
            proxy.addAdvice(new ArgumentStateInterceptor<>(
                    type, ArgumentStateEvents.class, object -> new ArgumentStateEvents(events, object)));
        }
    }

    private static boolean isOfSpringDataJdbc(@Nullable Class<?> type) {
        return type != null
                && (type.getName().startsWith("org.springframework.data.jdbc.")
                        || isOfSpringDataJdbc(type.getSuperclass()));
    }

    private void intercept(ProxyFactory proxy) {
        Advisor[] advisors = proxy.getAdvisors();
        for (int i = 0; i < advisors.length; i++) {
            if (advisors[i].getAdvice() instanceof TransactionInterceptor transactions) {
                proxy.addAdvice(i, new RetryInterceptor(transactions::getTransactionAttributeSource, runner));
                return;
            }
        }
    }
}
