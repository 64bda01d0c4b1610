package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * Runs the transactions that Spring's transaction interceptor, which is next in the chain, begins through a
 * {@link TransactionRunner}. Each attempt proceeds with a clone of the invocation: the original would skip the inner
 * interceptors when it proceeds a second time. Thread-safe.
 */
public final class RetryInterceptor implements MethodInterceptor {

    private final Supplier<? extends @Nullable TransactionAttributeSource> attributeSource;
    private final Supplier<TransactionRunner> runner;
    private final NoRetryMethods noRetry = new NoRetryMethods();

    /**
     * Both suppliers are called when a method is first called, so that no bean is created early.
     *
     * @param attributeSource supplies the attribute source of the transaction interceptor
     * @param runner supplies the runner of the transactions
     */
    public RetryInterceptor(
            Supplier<? extends @Nullable TransactionAttributeSource> attributeSource,
            Supplier<TransactionRunner> runner) {
        this.attributeSource = attributeSource;
        this.runner = runner;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> type = target == null ? null : AopUtils.getTargetClass(target);
        RetryContext outer = RetryContext.current();
        if (outer != null && noRetry.contains(invocation, type)) {
            outer.forbid();
        }
        TransactionAttributeSource source = attributeSource.get();
        TransactionAttribute attribute =
                source == null ? null : source.getTransactionAttribute(invocation.getMethod(), type);
        if (attribute == null || !(invocation instanceof ProxyMethodInvocation cloneable)) {
            return invocation.proceed();
        }
        TransactionRunner transactionRunner = runner.get();
        return transactionRunner.mayRetry(attribute)
                ? transactionRunner.run(attribute, new RetryableMethodCall(cloneable, type, noRetry))
                : invocation.proceed();
    }
}
