package io.github.replicationrouting.internal.connection.delegate;

import org.jspecify.annotations.Nullable;

/** A call of {@code executeQuery}: where it is lost, only its answer is. */
@FunctionalInterface
public interface ServerQuery<T, R extends @Nullable Object> extends ServerCall<T, R> {}
