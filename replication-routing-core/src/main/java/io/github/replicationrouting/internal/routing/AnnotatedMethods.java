package io.github.replicationrouting.internal.routing;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;

/**
 * What annotations say about methods; an annotation of the method takes precedence over one of its class. Thread-safe.
 *
 * @param <T> what an annotation says
 */
final class AnnotatedMethods<T> {

    private final Reader<T> reader;
    private final Map<MethodClassKey, T> known = new ConcurrentHashMap<>();

    /** Reads the annotation of an element. */
    @FunctionalInterface
    interface Reader<T> {

        /**
         * Returns what the annotation of an element says; null where it has none.
         *
         * @param element the method, or its class
         */
        @Nullable
        T read(AnnotatedElement element, Method method);
    }

    AnnotatedMethods(Reader<T> reader) {
        this.reader = reader;
    }

    /** Returns what the annotation of the invoked method says; null for none. */
    @Nullable
    T of(MethodInvocation invocation) {
        Object target = invocation.getThis();
        Method method = invocation.getMethod();
        T found = of(method, target == null ? method.getDeclaringClass() : target.getClass());
        // A proxy shows its interfaces only, and the target of a repository does not implement the application's own.
        return found == null && target != null ? of(method, AopUtils.getTargetClass(target)) : found;
    }

    /** Returns what the annotation of a method says; null for none. */
    @Nullable
    T of(Method called, Class<?> targetClass) {
        Method method = AopUtils.getMostSpecificMethod(called, targetClass);
        // An inherited method may have the annotation of one class, and not of another.
        var key = new MethodClassKey(method, targetClass);
        T before = known.get(key);
        if (before != null) {
            return before;
        }
        T own = reader.read(method, method);
        T found = own != null ? own : reader.read(targetClass, method);
        if (found == null) {
            return null;
        }
        T other = known.putIfAbsent(key, found);
        return other == null ? found : other;
    }
}
