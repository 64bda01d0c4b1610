package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.NoRetry;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Finds {@link NoRetry} on methods, types, their interfaces and meta-annotations, and caches the result. Thread-safe.
 */
final class NoRetryMethods {

    private final Map<MethodClassKey, Boolean> cache = new ConcurrentHashMap<>();

    boolean contains(MethodInvocation invocation, @Nullable Class<?> targetType) {
        MethodClassKey key = new MethodClassKey(invocation.getMethod(), targetType);
        Boolean cached = cache.get(key);
        if (cached == null) {
            cached = isAnnotated(invocation, targetType);
            cache.put(key, cached);
        }
        return cached;
    }

    private static boolean isAnnotated(MethodInvocation invocation, @Nullable Class<?> targetType) {
        Method method = invocation.getMethod();
        if (isAnnotated(method) || isAnnotated(AopUtils.getMostSpecificMethod(method, targetType))) {
            return true;
        }
        if (isAnnotated(method.getDeclaringClass()) || (targetType != null && isAnnotated(targetType))) {
            return true;
        }
        // A repository may inherit the method from an interface other than the application's annotated one.
        return invocation instanceof ProxyMethodInvocation proxied
                && isAnnotated(proxied.getProxy().getClass());
    }

    private static boolean isAnnotated(AnnotatedElement element) {
        return AnnotatedElementUtils.hasAnnotation(element, NoRetry.class);
    }
}
