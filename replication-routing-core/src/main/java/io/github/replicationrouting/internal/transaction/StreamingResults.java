package io.github.replicationrouting.internal.transaction;

import java.io.Flushable;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Tells calls that hand over rows while they read them: what was handed over cannot be taken back. */
final class StreamingResults {

    private static final String PUBLISHER = "org.reactivestreams.Publisher";

    private StreamingResults() {}

    static boolean passThrough(Method method, @Nullable Object[] arguments) {
        if (isStream(method.getReturnType())) {
            return true;
        }
        for (Object argument : arguments) {
            // Writers and output streams.
            if (argument instanceof Flushable) {
                return true;
            }
        }
        return false;
    }

    /** Streams, results, cursors and whatever else is closed by its user are open resources. */
    private static boolean isStream(Class<?> type) {
        return AutoCloseable.class.isAssignableFrom(type)
                || Iterator.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || isPublisher(type);
    }

    /** By name, because the interface need not be there. */
    private static boolean isPublisher(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (type.getName().equals(PUBLISHER)) {
            return true;
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (isPublisher(parent)) {
                return true;
            }
        }
        return isPublisher(type.getSuperclass());
    }
}
