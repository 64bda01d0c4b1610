package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RetryRefusal;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** The call of a method on a proxied bean. */
final class RetryableMethodCall implements RetryableCall<@Nullable Object> {

    private final ProxyMethodInvocation invocation;
    private final @Nullable Class<?> targetType;
    private final NoRetryMethods noRetry;

    RetryableMethodCall(ProxyMethodInvocation invocation, @Nullable Class<?> targetType, NoRetryMethods noRetry) {
        this.invocation = invocation;
        this.targetType = targetType;
        this.noRetry = noRetry;
    }

    @Override
    public @Nullable Object proceed() throws Throwable {
        return invocation.invocableClone().proceed();
    }

    @Override
    public String name() {
        Class<?> type = targetType != null ? targetType : invocation.getMethod().getDeclaringClass();
        return type.getSimpleName() + "." + invocation.getMethod().getName();
    }

    @Override
    public @Nullable RetryRefusal refusal() {
        if (noRetry.contains(invocation, targetType)) {
            return RetryRefusal.NO_RETRY;
        }
        return StreamingResults.isStreaming(invocation.getMethod(), invocation.getArguments())
                ? RetryRefusal.STREAM
                : null;
    }
}
