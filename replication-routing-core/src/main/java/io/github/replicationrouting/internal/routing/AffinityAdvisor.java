package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.WriteAffinity;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Puts the key of {@link WriteAffinity} in force around a method, outside of its transaction and of the retries of
 * that: they keep the key. Calls within one object are not intercepted, as with {@code @Transactional}.
 */
public final class AffinityAdvisor extends StaticMethodMatcherPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient AnnotatedMethods<AffinityExpression> expressions =
            new AnnotatedMethods<>(AffinityAdvisor::declaredOn);

    public AffinityAdvisor() {
        setOrder(HintAdvisor.ORDER);
        setAdvice((MethodInterceptor) this::invoke);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return expressions.of(method, targetClass) != null;
    }

    private @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        AffinityExpression expression = expressions.of(invocation);
        if (expression == null) {
            return invocation.proceed();
        }
        AffinityKey previous = AffinityContext.enter(expression.keyOf(invocation.getArguments()));
        try {
            return invocation.proceed();
        } finally {
            AffinityContext.restore(previous);
        }
    }

    private static @Nullable AffinityExpression declaredOn(AnnotatedElement element, Method method) {
        WriteAffinity affinity = AnnotatedElementUtils.findMergedAnnotation(element, WriteAffinity.class);
        return affinity == null ? null : new AffinityExpression(affinity.value(), method);
    }
}
