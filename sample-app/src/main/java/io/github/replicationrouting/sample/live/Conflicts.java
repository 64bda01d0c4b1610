package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.spi.RouterMetrics;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** Counts the transactions that lost a conflict and were retried. Thread-safe. */
@Component
class Conflicts implements RouterMetrics {

    private final AtomicLong succeeded = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    @Override
    public void retry(String kind, String outcome) {
        if (kind.equals("conflict")) {
            (outcome.equals("succeeded") ? succeeded : failed).incrementAndGet();
        }
    }

    /** Returns the number of transactions that a retry has committed. */
    long succeeded() {
        return succeeded.get();
    }

    /** Returns the number of transactions that failed nevertheless. */
    long failed() {
        return failed.get();
    }
}
