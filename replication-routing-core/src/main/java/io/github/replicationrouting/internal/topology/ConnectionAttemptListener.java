package io.github.replicationrouting.internal.topology;

import org.jspecify.annotations.Nullable;

/** Receives the outcome of each attempt of a node's pool to open a connection. Called from any thread; never blocks. */
@FunctionalInterface
public interface ConnectionAttemptListener {

    /**
     * Takes in the outcome of one attempt.
     *
     * @param failure why no connection was opened; null when one was
     */
    void attempted(@Nullable Exception failure);
}
