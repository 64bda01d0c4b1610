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
 * Stands right outside Spring's transaction interceptor and has the transactions that it begins run by a
 * {@link TransactionRunner}. Each run takes a copy of the invocation: an invocation that has proceeded once would skip
 * the interceptors that stand further inside. Thread-safe.
 */
public final class RetryInterceptor implements MethodInterceptor {

    private final Supplier<? extends @Nullable TransactionAttributeSource> attributes;
    private final Supplier<TransactionRunner> runner;
    private final NoRetryMethods noRetry = new NoRetryMethods();

    /**
     * Both are asked for when a method is first called, so that nothing is created before its time.
     *
     * @param attributes where the transaction interceptor looks for its attributes
     * @param runner runs the transactions
     */
    public RetryInterceptor(
            Supplier<? extends @Nullable TransactionAttributeSource> attributes, Supplier<TransactionRunner> runner) {
        this.attributes = attributes;
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
        TransactionAttributeSource source = attributes.get();
        TransactionAttribute attribute =
                source == null ? null : source.getTransactionAttribute(invocation.getMethod(), type);
        if (attribute == null || !(invocation instanceof ProxyMethodInvocation repeatable)) {
            return invocation.proceed();
        }
        TransactionRunner current = runner.get();
        return current.covers(attribute)
                ? current.run(attribute, new MethodCall(repeatable, type, noRetry))
                : invocation.proceed();
    }
}
