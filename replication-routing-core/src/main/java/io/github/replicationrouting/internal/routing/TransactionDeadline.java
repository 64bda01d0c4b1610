package io.github.replicationrouting.internal.routing;

import java.util.Date;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Reads the timeout that Spring set for the transaction of the thread. */
public final class TransactionDeadline {

    private TransactionDeadline() {}

    /**
     * Returns the nanoseconds until the first resource of the transaction times out, at least 0; empty without a
     * timeout.
     */
    @SuppressWarnings("JavaUtilDate") // Spring's
    public static OptionalLong nanosLeft() {
        OptionalLong shortest = OptionalLong.empty();
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            Date deadline = resource instanceof ResourceHolderSupport holder ? holder.getDeadline() : null;
            if (deadline != null) {
                // The holder's own method for the time left would mark the transaction rollback-only.
                long millis = Math.max(0, deadline.getTime() - System.currentTimeMillis());
                long left = TimeUnit.MILLISECONDS.toNanos(millis);
                shortest = OptionalLong.of(shortest.isEmpty() ? left : Math.min(left, shortest.getAsLong()));
            }
        }
        return shortest;
    }
}
