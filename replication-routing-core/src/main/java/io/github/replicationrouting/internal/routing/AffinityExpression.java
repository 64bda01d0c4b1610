package io.github.replicationrouting.internal.routing;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.Expression;
import org.springframework.expression.ExpressionParser;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** The expression of an affinity key over the arguments of one method. Thread-safe. */
final class AffinityExpression {

    private static final ExpressionParser PARSER = new SpelExpressionParser();
    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    /** Expressions see the arguments only. */
    private static final Object NO_ROOT = new Object();

    private final String text;
    private final Method method;

    /** Null until the first call: an application that never calls the method starts. */
    private volatile @Nullable Expression parsed;

    AffinityExpression(String text, Method method) {
        this.text = text;
        this.method = method;
    }

    /** @throws IllegalStateException if the expression has no value that can be a key */
    AffinityKey keyOf(Object[] arguments) {
        Object value;
        try {
            value = parsed().getValue(new MethodBasedEvaluationContext(NO_ROOT, method, arguments, NAMES));
        } catch (RuntimeException e) {
            throw failure("cannot be evaluated: " + e.getMessage(), e);
        }
        if (value == null) {
            throw failure("is null", null);
        }
        try {
            return AffinityKey.of(value);
        } catch (IllegalArgumentException e) {
            throw failure("is no key: " + e.getMessage(), e);
        }
    }

    private Expression parsed() {
        Expression known = parsed;
        if (known == null) {
            known = PARSER.parseExpression(text);
            parsed = known;
        }
        return known;
    }

    private IllegalStateException failure(String what, @Nullable Exception cause) {
        String names = NAMES.getParameterNames(method) == null
                ? " The names of its parameters are not known: compile with -parameters, or use #p0 for the first."
                : " Write the name of a parameter, such as #customerId, or #p0 for the first; a key must not be null.";
        return new IllegalStateException(
                "@WriteAffinity(\"" + text + "\") of "
                        + method.getDeclaringClass().getName() + "." + method.getName() + " " + what + "." + names,
                cause);
    }
}
