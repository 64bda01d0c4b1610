package io.github.replicationrouting.test;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a condition on a server. An error while asking counts as "not yet".
 */
final class Await {

    private static final long POLL_MILLIS = 20;

    private Await() {}

    /** A question to a server. */
    interface Condition {
        boolean holds() throws SQLException;
    }

    /**
     * @throws AssertionError if the condition does not hold in time; it says what was awaited and the state
     */
    static void until(Duration timeout, String what, Supplier<String> state, Condition condition) {
        long end = System.nanoTime() + timeout.toNanos();
        Exception last = null;
        do {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (SQLException ex) {
                last = ex;
            }
            pause(what);
        } while (System.nanoTime() < end);
        throw failure(timeout, what, state.get(), last);
    }

    private static void pause(String what) {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting until " + what, ex);
        }
    }

    private static AssertionError failure(Duration timeout, String what, String state, @Nullable Exception cause) {
        return new AssertionError(
                "Waited %s in vain until %s; the cluster:%n%s".formatted(timeout, what, state), cause);
    }
}
