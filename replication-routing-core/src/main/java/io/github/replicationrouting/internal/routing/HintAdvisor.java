package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.MaxStaleness;
import io.github.replicationrouting.UsePrimary;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
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
    static final int ORDER = Ordered.LOWEST_PRECEDENCE - 10;

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private final transient AnnotatedMethods<Hint> hints = new AnnotatedMethods<>(HintAdvisor::declaredOn);

    public HintAdvisor() {
        setOrder(ORDER);
        setAdvice((MethodInterceptor) this::invoke);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return hints.of(method, targetClass) != null;
    }

    private @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Hint hint = hints.of(invocation);
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

    private static @Nullable Hint declaredOn(AnnotatedElement element, Method method) {
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
