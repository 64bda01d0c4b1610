package io.github.replicationrouting.internal.routing;

import java.util.Date;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What is left of the time limit that Spring set for the thread's transaction. */
public final class TransactionDeadline {

    private TransactionDeadline() {}

    /** Nanoseconds until the first of the transaction's resources times out, at least 0; empty without a limit. */
    @SuppressWarnings("JavaUtilDate") // Spring's
    public static OptionalLong nanosLeft() {
        OptionalLong least = OptionalLong.empty();
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            Date deadline = resource instanceof ResourceHolderSupport holder ? holder.getDeadline() : null;
            if (deadline != null) {
                // The holder's own question for the time left would mark the transaction rollback-only.
                long millis = Math.max(0, deadline.getTime() - System.currentTimeMillis());
                long left = TimeUnit.MILLISECONDS.toNanos(millis);
                least = OptionalLong.of(least.isEmpty() ? left : Math.min(left, least.getAsLong()));
            }
        }
        return least;
    }
}
