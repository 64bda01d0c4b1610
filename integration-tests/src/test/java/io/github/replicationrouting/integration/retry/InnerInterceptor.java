package io.github.replicationrouting.integration.retry;

import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;

/** Stands further inside than the transaction, as a check of permissions may. */
final class InnerInterceptor implements MethodInterceptor {

    final AtomicInteger calls = new AtomicInteger();

    @Override
    public Object invoke(MethodInvocation invocation) throws Throwable {
        calls.incrementAndGet();
        return invocation.proceed();
    }
}
