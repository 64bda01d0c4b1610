package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import io.github.replicationrouting.spi.RouterMetrics;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs outermost transactions, and runs them again as a whole where a {@link RetryPolicy} calls for it and nothing
 * stands against it: never when something inside has committed, when the call or what is around it says no, when the
 * thread is interrupted or the transaction's timeout over. Whoever was refused sees the first failure, or a later one that
 * may have committed, with the others and the reason of the refusal as suppressed exceptions.
 *
 * <p>The whole method runs twice: what it did besides the database, it does again. Thread-safe.
 */
public final class TransactionRunner {

    private final List<RetryPolicy> policies;
    private final List<RetryGuard> guards;
    private final RouterMetrics metrics;
    private final LongSupplier nanoTime;
    private final RetryLog log;

    /**
     * @param policies after which failures; the first that calls for a retry decides
     * @param guards what around a transaction may stand against it
     * @param metrics counts retries and refusals
     */
    public TransactionRunner(List<RetryPolicy> policies, List<RetryGuard> guards, RouterMetrics metrics) {
        this(policies, guards, metrics, System::nanoTime);
    }

    TransactionRunner(
            List<RetryPolicy> policies, List<RetryGuard> guards, RouterMetrics metrics, LongSupplier nanoTime) {
        this.policies = List.copyOf(policies);
        this.guards = List.copyOf(guards);
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.log = new RetryLog(nanoTime);
    }

    /** Whether a transaction of this kind, begun here and now, may ever be run again. Cheap. */
    public boolean covers(TransactionDefinition definition) {
        return beginsTransaction(definition) && isCovered(definition) && isOutermost();
    }

    private static boolean beginsTransaction(TransactionDefinition definition) {
        return switch (definition.getPropagationBehavior()) {
            case TransactionDefinition.PROPAGATION_REQUIRED,
                    TransactionDefinition.PROPAGATION_REQUIRES_NEW,
                    TransactionDefinition.PROPAGATION_NESTED -> true;
            default -> false;
        };
    }

    private boolean isCovered(TransactionDefinition definition) {
        for (RetryPolicy policy : policies) {
            if (policy.covers(definition)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutermost() {
        return !TransactionSynchronizationManager.isActualTransactionActive() && RetryContext.current() == null;
    }

    /**
     * Makes a call that begins the transaction and ends it, and makes it again where that helps.
     *
     * @throws Throwable what the call threw: that of the first run, unless another run ended in something else than a lost node
     *     or a conflict
     */
    public <T extends @Nullable Object> T run(TransactionDefinition definition, RetryableCall<T> call)
            throws Throwable {
        if (!covers(definition)) {
            return call.proceed();
        }
        try (RetryContext record = RetryContext.open(nanoTime)) {
            if (definition.getTimeout() > 0) {
                record.limitTo(Duration.ofSeconds(definition.getTimeout()));
            }
            return new Runs(definition, record).of(call);
        }
    }

    private @Nullable RetryRefusal refusalAtStart() {
        for (RetryGuard guard : guards) {
            RetryRefusal refusal = guard.refusalAtStart();
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static boolean sleeps(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** All runs of one transaction. */
    private final class Runs {

        private final TransactionDefinition definition;
        private final RetryContext record;
        private final @Nullable RetryRefusal refusalAtStart = refusalAtStart();

        private @Nullable Throwable first;
        private @Nullable RetryPolicy policy;
        private String lastReason = "";
        private int retries;

        Runs(TransactionDefinition definition, RetryContext record) {
            this.definition = definition;
            this.record = record;
        }

        <T extends @Nullable Object> T of(RetryableCall<T> call) throws Throwable {
            while (true) {
                try {
                    T result = call.proceed();
                    count("succeeded");
                    return result;
                } catch (Throwable failure) {
                    Throwable end = endAfter(failure, call);
                    if (end != null) {
                        throw end;
                    }
                }
            }
        }

        /** What to throw after a failure; null when the call is to be made again. */
        private @Nullable Throwable endAfter(Throwable failure, RetryableCall<?> call) {
            if (record.isArgumentModified() && policy != null) {
                return refused(RetryRefusal.ENTITIES, lastReason, withEarlier(failure));
            }
            RetryPolicy next = failure instanceof Exception ? policyCalledFor() : null;
            if (next == null) {
                return endOfAnotherKind(failure);
            }
            policy = next;
            Throwable seen = withEarlier(failure);
            if (retries >= next.limit()) {
                count("failed");
                return seen;
            }
            String reason = String.valueOf(next.reason(record));
            lastReason = reason;
            RetryRefusal refusal = refusal(call);
            if (refusal == null) {
                refusal = prepare(next.pauseBefore(retries + 1));
            }
            if (refusal != null) {
                return refused(refusal, reason, seen);
            }
            retries++;
            log.retry(
                    reason,
                    definition.getName() != null ? definition.getName() : call.name(),
                    retries,
                    next.limit(),
                    failure);
            record.nextAttempt();
            return null;
        }

        private Throwable refused(RetryRefusal refusal, String reason, Throwable seen) {
            count(refusal.label());
            seen.addSuppressed(new RetryRefusedException(reason, refusal));
            return seen;
        }

        private @Nullable RetryPolicy policyCalledFor() {
            for (RetryPolicy candidate : policies) {
                if (candidate.covers(definition) && candidate.reason(record) != null) {
                    return candidate;
                }
            }
            return null;
        }

        /** What a retry that reached a node fails for is the result, and what led to the retry stands beside it. */
        private Throwable endOfAnotherKind(Throwable failure) {
            count("failed");
            if (record.isUnserved()) {
                return withEarlier(failure);
            }
            Throwable earlier = first;
            if (earlier != null && earlier != failure) {
                failure.addSuppressed(earlier);
            }
            return failure;
        }

        private Throwable withEarlier(Throwable failure) {
            Throwable earlier = first;
            if (earlier == null) {
                first = failure;
                return failure;
            }
            // What an earlier run met says that nothing was done: not so any more once something was committed.
            Throwable told = record.hasCommitted() ? failure : earlier;
            if (earlier != failure) {
                told.addSuppressed(told == failure ? earlier : failure);
            }
            return told;
        }

        private @Nullable RetryRefusal refusal(RetryableCall<?> call) {
            if (record.isForbidden()) {
                return RetryRefusal.NO_RETRY;
            }
            if (record.hasCommitted()) {
                return RetryRefusal.COMMITTED;
            }
            if (record.hasTooManyArguments()) {
                return RetryRefusal.ENTITIES;
            }
            if (refusalAtStart != null) {
                return refusalAtStart;
            }
            RetryRefusal ofCall = call.refusal();
            if (ofCall != null) {
                return ofCall;
            }
            for (RetryGuard guard : guards) {
                RetryRefusal refusal = guard.refusal();
                if (refusal != null) {
                    return refusal;
                }
            }
            return null;
        }

        /** Waits, and makes everything ready for the next run; returns what stands against it. */
        private @Nullable RetryRefusal prepare(Duration pause) {
            Duration left = record.timeLeft();
            if (left != null && left.compareTo(pause) <= 0) {
                return RetryRefusal.TIMEOUT;
            }
            if (Thread.currentThread().isInterrupted() || !sleeps(pause)) {
                return RetryRefusal.INTERRUPTED;
            }
            try {
                guards.forEach(RetryGuard::beforeRetry);
                record.restoreArguments();
                return null;
            } catch (RuntimeException e) {
                log.unready(e);
                return RetryRefusal.UNREADY;
            }
        }

        private void count(String outcome) {
            if (policy != null) {
                metrics.retry(policy.kind(), outcome);
            }
        }
    }
}
