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
 * Puts a {@link RetryInterceptor} around everything that Spring's own advisor makes transactional, right outside of the
 * transaction, and around what says {@link NoRetry}. Looks for Spring's advisor when it is first needed and never while
 * that one is in the making: a bean met then becomes transactional by neither. Thread-safe.
 */
public final class RetryAdvisor implements PointcutAdvisor, Ordered {

    private static final Pointcut SAYS_NO_RETRY = new ComposablePointcut(
                    (Pointcut) new AnnotationMatchingPointcut(NoRetry.class, true))
            .union((Pointcut) new AnnotationMatchingPointcut(null, NoRetry.class, true));

    private final ConfigurableListableBeanFactory beanFactory;
    private final RetryInterceptor interceptor;
    private volatile @Nullable BeanFactoryTransactionAttributeSourceAdvisor known;
    private volatile @Nullable Pointcut pointcut;

    /** @param runner asked for when a method is first called */
    public RetryAdvisor(ConfigurableListableBeanFactory beanFactory, Supplier<TransactionRunner> runner) {
        this.beanFactory = beanFactory;
        this.interceptor = new RetryInterceptor(this::attributes, runner);
    }

    @Override
    public Advice getAdvice() {
        return interceptor;
    }

    @Override
    public Pointcut getPointcut() {
        Pointcut complete = pointcut;
        if (complete == null) {
            BeanFactoryTransactionAttributeSourceAdvisor transactions = transactions();
            if (transactions == null) {
                return SAYS_NO_RETRY;
            }
            complete = new ComposablePointcut(transactions.getPointcut()).union(SAYS_NO_RETRY);
            pointcut = complete;
        }
        return complete;
    }

    @Override
    public int getOrder() {
        BeanFactoryTransactionAttributeSourceAdvisor transactions = transactions();
        int order = transactions == null ? Ordered.LOWEST_PRECEDENCE : transactions.getOrder();
        return order == Ordered.HIGHEST_PRECEDENCE ? order : order - 1;
    }

    private @Nullable TransactionAttributeSource attributes() {
        BeanFactoryTransactionAttributeSourceAdvisor transactions = transactions();
        return transactions != null && transactions.getAdvice() instanceof TransactionAspectSupport support
                ? support.getTransactionAttributeSource()
                : null;
    }

    private @Nullable BeanFactoryTransactionAttributeSourceAdvisor transactions() {
        BeanFactoryTransactionAttributeSourceAdvisor found = known;
        if (found == null) {
            found = look();
            known = found;
        }
        return found;
    }

    private @Nullable BeanFactoryTransactionAttributeSourceAdvisor look() {
        for (String name :
                beanFactory.getBeanNamesForType(BeanFactoryTransactionAttributeSourceAdvisor.class, true, false)) {
            if (!beanFactory.isCurrentlyInCreation(name)) {
                return beanFactory.getBean(name, BeanFactoryTransactionAttributeSourceAdvisor.class);
            }
        }
        return null;
    }
}
