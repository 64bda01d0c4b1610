package io.github.replicationrouting.transaction;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** The call of a method on a bean. */
final class MethodCall implements RepeatableCall<@Nullable Object> {

    private final ProxyMethodInvocation invocation;
    private final @Nullable Class<?> targetType;
    private final NoRerunMethods noRerun;

    MethodCall(ProxyMethodInvocation invocation, @Nullable Class<?> targetType, NoRerunMethods noRerun) {
        this.invocation = invocation;
        this.targetType = targetType;
        this.noRerun = noRerun;
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
    public @Nullable RerunRefusal refusal() {
        if (noRerun.contains(invocation, targetType)) {
            return RerunRefusal.NO_RERUN;
        }
        return Streams.passThrough(invocation.getMethod(), invocation.getArguments()) ? RerunRefusal.STREAM : null;
    }
}
