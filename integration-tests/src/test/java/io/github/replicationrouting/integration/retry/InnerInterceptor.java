package io.github.replicationrouting.integration.retry;

import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;

/** An interceptor inside the transaction, as a permission check may be. */
final class InnerInterceptor implements MethodInterceptor {

    final AtomicInteger calls = new AtomicInteger();

    @Override
    public Object invoke(MethodInvocation invocation) throws Throwable {
        calls.incrementAndGet();
        return invocation.proceed();
    }
}
