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

    /** More kinds than this are no longer told apart, so that memory stays bounded. */
    private static final int MAX_KINDS = 100;

    private final String router;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

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
            if (known.size() < MAX_KINDS && known.add(kind)) {
                log.error("[{}] unexpected failure in the monitor; it goes on, and says this once", router, failure);
            }
        } catch (Throwable ignored) {
            // Neither lack of memory nor a broken appender may end the monitor, and nobody is left to tell.
        }
    }
}
