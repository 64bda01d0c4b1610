package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import io.github.replicationrouting.internal.routing.RetryContext;
import java.util.function.Function;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Has the objects remembered that are given to a Spring Data repository in a transaction that may be run again. Stands
 * inside of the transaction. Thread-safe.
 *
 * @param <G> what is remembered of them
 */
final class ArgumentStateInterceptor<G extends ArgumentState> implements MethodInterceptor {

    private final Class<?> type;
    private final Class<G> kind;
    private final Function<Object, G> asItIs;

    /** @param type what the repository is for */
    ArgumentStateInterceptor(Class<?> type, Class<G> kind, Function<Object, G> asItIs) {
        this.type = type;
        this.kind = kind;
        this.asItIs = asItIs;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        if (RetryContext.isUncommitted()) {
            for (Object argument : invocation.getArguments()) {
                if (argument instanceof Iterable<?> all) {
                    all.forEach(this::given);
                } else {
                    given(argument);
                }
            }
        }
        return invocation.proceed();
    }

    private void given(@Nullable Object object) {
        if (object != null && type.isInstance(object)) {
            RetryContext.recordArgument(object, kind, () -> asItIs.apply(object));
        }
    }
}
