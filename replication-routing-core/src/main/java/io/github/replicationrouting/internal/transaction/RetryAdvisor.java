package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.NoRetry;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * Applies a {@link RetryInterceptor} to every method that Spring's own advisor makes transactional, immediately outside
 * the transaction interceptor, and to every method with {@link NoRetry}. Obtains Spring's advisor on first use, but not
 * while that advisor is in creation: a bean created meanwhile is advised by neither. Thread-safe.
 */
public final class RetryAdvisor implements PointcutAdvisor, Ordered {

    private static final Pointcut NO_RETRY = new ComposablePointcut(
                    (Pointcut) new AnnotationMatchingPointcut(NoRetry.class, true))
            .union((Pointcut) new AnnotationMatchingPointcut(null, NoRetry.class, true));

    private final ConfigurableListableBeanFactory beanFactory;
    private final RetryInterceptor interceptor;
    private volatile @Nullable BeanFactoryTransactionAttributeSourceAdvisor transactionAdvisor;
    private volatile @Nullable Pointcut pointcut;

    /** @param runner supplies the runner when a method is first called */
    public RetryAdvisor(ConfigurableListableBeanFactory beanFactory, Supplier<TransactionRunner> runner) {
        this.beanFactory = beanFactory;
        this.interceptor = new RetryInterceptor(this::attributeSource, runner);
    }

    @Override
    public Advice getAdvice() {
        return interceptor;
    }

    @Override
    public Pointcut getPointcut() {
        Pointcut complete = pointcut;
        if (complete == null) {
            BeanFactoryTransactionAttributeSourceAdvisor transactions = transactionAdvisor();
            if (transactions == null) {
                return NO_RETRY;
            }
            complete = new ComposablePointcut(transactions.getPointcut()).union(NO_RETRY);
            pointcut = complete;
        }
        return complete;
    }

    @Override
    public int getOrder() {
        BeanFactoryTransactionAttributeSourceAdvisor transactions = transactionAdvisor();
        int order = transactions == null ? Ordered.LOWEST_PRECEDENCE : transactions.getOrder();
        return order == Ordered.HIGHEST_PRECEDENCE ? order : order - 1;
    }

    private @Nullable TransactionAttributeSource attributeSource() {
        BeanFactoryTransactionAttributeSourceAdvisor transactions = transactionAdvisor();
        return transactions != null && transactions.getAdvice() instanceof TransactionAspectSupport support
                ? support.getTransactionAttributeSource()
                : null;
    }

    private @Nullable BeanFactoryTransactionAttributeSourceAdvisor transactionAdvisor() {
        BeanFactoryTransactionAttributeSourceAdvisor found = transactionAdvisor;
        if (found == null) {
            found = findTransactionAdvisor();
            transactionAdvisor = found;
        }
        return found;
    }

    private @Nullable BeanFactoryTransactionAttributeSourceAdvisor findTransactionAdvisor() {
        for (String name :
                beanFactory.getBeanNamesForType(BeanFactoryTransactionAttributeSourceAdvisor.class, true, false)) {
            if (!beanFactory.isCurrentlyInCreation(name)) {
                return beanFactory.getBean(name, BeanFactoryTransactionAttributeSourceAdvisor.class);
            }
        }
        return null;
    }
}
