package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import io.github.replicationrouting.internal.routing.RetryContext;
import java.util.function.Function;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Records the state of the aggregates that a Spring Data repository is given in a transaction that may be retried. Runs
 * inside the transaction interceptor. Thread-safe.
 *
 * @param <S> the state that is recorded
 */
final class RepositoryArgumentInterceptor<S extends ArgumentState> implements MethodInterceptor {

    private final Class<?> domainType;
    private final Class<S> stateType;
    private final Function<Object, S> stateFactory;

    /**
     * @param domainType type of the repository's aggregates; other arguments are ignored
     * @param stateFactory reads the current state of an aggregate
     */
    RepositoryArgumentInterceptor(Class<?> domainType, Class<S> stateType, Function<Object, S> stateFactory) {
        this.domainType = domainType;
        this.stateType = stateType;
        this.stateFactory = stateFactory;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        if (RetryContext.isUncommitted()) {
            for (Object argument : invocation.getArguments()) {
                if (argument instanceof Iterable<?> elements) {
                    elements.forEach(this::recordState);
                } else {
                    recordState(argument);
                }
            }
        }
        return invocation.proceed();
    }

    private void recordState(@Nullable Object argument) {
        if (argument != null && domainType.isInstance(argument)) {
            RetryContext.recordArgument(argument, stateType, () -> stateFactory.apply(argument));
        }
    }
}
