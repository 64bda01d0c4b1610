package io.github.replicationrouting.internal.monitor.probe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the monitor going: catches everything that its parts, dialects and listeners throw, and logs each kind of
 * failure once. Thread-safe.
 */
public final class FailureGuard {

    private static final Logger log = LoggerFactory.getLogger(FailureGuard.class);

    /** Kinds of failures beyond this number are not logged, so that memory stays bounded. */
    private static final int MAX_KINDS = 100;

    private final String router;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    public FailureGuard(String router) {
        this.router = router;
    }

    public void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            report(failure);
        }
    }

    public void report(Throwable failure) {
        try {
            StackTraceElement[] stack = failure.getStackTrace();
            String kind = failure.getClass().getName() + (stack.length == 0 ? "" : stack[0]);
            if (logged.size() < MAX_KINDS && logged.add(kind)) {
                log.error(
                        "[{}] unexpected failure in the monitor, which continues; this kind of failure is logged once",
                        router,
                        failure);
            }
        } catch (Throwable ignored) {
            // Neither lack of memory nor a broken appender may end the monitor, and there is no other place to report
            // to.
        }
    }
}
