package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.MaxStaleness;
import io.github.replicationrouting.UsePrimary;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.MethodClassKey;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Puts {@link UsePrimary} and {@link MaxStaleness} in force around a method, outside of its transaction. An annotation
 * of the method takes precedence over one of its class, and the primary over a staleness. Calls within one object are
 * not intercepted, as with {@code @Transactional}.
 */
public final class HintAdvisor extends StaticMethodMatcherPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    /** Outside of transactions and of their retries at their usual order. */
    private static final int ORDER = Ordered.LOWEST_PRECEDENCE - 10;

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private final transient Map<MethodClassKey, Hint> hints = new ConcurrentHashMap<>();

    public HintAdvisor() {
        setOrder(ORDER);
        setAdvice((MethodInterceptor) this::invoke);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return hintOf(method, targetClass) != null;
    }

    private @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Method method = invocation.getMethod();
        Hint hint = hintOf(method, target == null ? method.getDeclaringClass() : target.getClass());
        if (hint == null && target != null) {
            // A proxy shows its interfaces only, and the target of a repository does not implement the application's
            // own.
            hint = hintOf(method, AopUtils.getTargetClass(target));
        }
        if (hint == null) {
            return invocation.proceed();
        }
        Hint previous = HintContext.enter(hint);
        try {
            return invocation.proceed();
        } finally {
            HintContext.restore(previous);
        }
    }

    private @Nullable Hint hintOf(Method called, Class<?> targetClass) {
        Method method = AopUtils.getMostSpecificMethod(called, targetClass);
        // An inherited method may have the hint of one class, and not of another.
        var key = new MethodClassKey(method, targetClass);
        Hint known = hints.get(key);
        if (known != null) {
            return known;
        }
        Hint own = declaredOn(method, method);
        Hint found = own != null ? own : declaredOn(targetClass, method);
        if (found != null) {
            hints.put(key, found);
        }
        return found;
    }

    private static @Nullable Hint declaredOn(java.lang.reflect.AnnotatedElement element, Method method) {
        if (AnnotatedElementUtils.hasAnnotation(element, UsePrimary.class)) {
            return Hint.PRIMARY;
        }
        MaxStaleness staleness = AnnotatedElementUtils.findMergedAnnotation(element, MaxStaleness.class);
        return staleness == null ? null : new Hint(Hint.Kind.STALENESS, duration(staleness.value(), method));
    }

    private static Duration duration(String text, Method method) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException("@MaxStaleness(\"" + text + "\") of "
                    + method.getDeclaringClass().getName()
                    + "." + method.getName() + " is not a positive duration: write a number with ms, s, m or h, such as"
                    + " \"2s\"");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
