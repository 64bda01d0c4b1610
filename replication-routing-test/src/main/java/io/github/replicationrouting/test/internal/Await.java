package io.github.replicationrouting.test.internal;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Polls a condition on a server until it holds. An {@link SQLException} of the condition counts as "not yet".
 */
public final class Await {

    private static final long POLL_MILLIS = 20;

    private Await() {}

    /** A condition on the state of a server. */
    public interface Condition {

        /** Returns whether the condition holds now. */
        boolean holds() throws SQLException;
    }

    /**
     * Waits until the condition holds.
     *
     * @param what the condition, for the error message
     * @param state describes the servers for the error message
     * @throws AssertionError if the condition does not hold in time; names the condition and the state
     */
    public static void until(Duration timeout, String what, Supplier<String> state, Condition condition) {
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
        return new AssertionError("Not within %s: %s. State:%n%s".formatted(timeout, what, state), cause);
    }
}
