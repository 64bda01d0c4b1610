package io.github.replicationrouting.internal.transaction;

import java.io.Flushable;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Recognizes calls that deliver rows while they read them: rows already delivered cannot be withdrawn by a retry. */
final class StreamingResults {

    private static final String PUBLISHER = "org.reactivestreams.Publisher";

    private StreamingResults() {}

    static boolean isStreaming(Method method, @Nullable Object[] arguments) {
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

    /** Returns whether the type is an iterator, a publisher or, like streams and cursors, closed by the caller. */
    private static boolean isStream(Class<?> type) {
        return AutoCloseable.class.isAssignableFrom(type)
                || Iterator.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || isPublisher(type);
    }

    /** Compares names, because the interface may be absent. */
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
