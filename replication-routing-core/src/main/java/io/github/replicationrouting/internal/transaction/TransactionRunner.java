package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.replicationrouting.spi.RetryRefusal;
import io.github.replicationrouting.spi.RouterMetrics;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs outermost transactions, and retries them as a whole when a {@link RetryPolicy} has a reason for it and nothing
 * forbids it. A retry is refused when something inside the transaction has committed, when the call or a
 * {@link RetryGuard} forbids it, when the thread is interrupted, and when the transaction's timeout has expired. The
 * caller then receives the first failure, or a later one that may have committed, with the other failures and the
 * reason of the refusal as suppressed exceptions.
 *
 * <p>A retry repeats the whole method, including its effects outside the database. Thread-safe.
 */
public final class TransactionRunner {

    private final List<RetryPolicy> policies;
    private final List<RetryGuard> guards;
    private final RouterMetrics metrics;
    private final LongSupplier nanoTime;
    private final RetryLog log;

    /**
     * @param router name of the router, for log messages
     * @param policies policies in order of precedence: the first with a reason for a retry applies
     * @param guards guards that may refuse a retry
     * @param metrics recorder of retries and refusals
     */
    public TransactionRunner(
            String router, List<RetryPolicy> policies, List<RetryGuard> guards, RouterMetrics metrics) {
        this(router, policies, guards, metrics, System::nanoTime);
    }

    TransactionRunner(
            String router,
            List<RetryPolicy> policies,
            List<RetryGuard> guards,
            RouterMetrics metrics,
            LongSupplier nanoTime) {
        this.policies = List.copyOf(policies);
        this.guards = List.copyOf(guards);
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.log = new RetryLog(router, nanoTime);
    }

    /** Returns whether a transaction of this definition, begun by this thread now, could be retried. Cheap. */
    public boolean mayRetry(TransactionDefinition definition) {
        return beginsTransaction(definition) && hasPolicyFor(definition) && isOutermost();
    }

    private static boolean beginsTransaction(TransactionDefinition definition) {
        return switch (definition.getPropagationBehavior()) {
            case TransactionDefinition.PROPAGATION_REQUIRED,
                    TransactionDefinition.PROPAGATION_REQUIRES_NEW,
                    TransactionDefinition.PROPAGATION_NESTED -> true;
            default -> false;
        };
    }

    private boolean hasPolicyFor(TransactionDefinition definition) {
        for (RetryPolicy policy : policies) {
            if (policy.appliesTo(definition)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutermost() {
        return !TransactionSynchronizationManager.isActualTransactionActive() && RetryContext.current() == null;
    }

    /**
     * Makes a call that begins and ends a transaction, and repeats it as long as a policy and the guards allow.
     *
     * @throws Throwable the failure of the first attempt, or that of a retry which reached a node and failed for
     *     another reason, or which may have committed
     */
    public <T extends @Nullable Object> T run(TransactionDefinition definition, RetryableCall<T> call)
            throws Throwable {
        if (!mayRetry(definition)) {
            return call.proceed();
        }
        try (RetryContext context = RetryContext.open(nanoTime)) {
            if (definition.getTimeout() > 0) {
                context.limitTo(Duration.ofSeconds(definition.getTimeout()));
            }
            return new Attempts(definition, context).run(call);
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

    /** Returns false when the thread was interrupted. */
    private static boolean sleep(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** All attempts of one transaction. */
    private final class Attempts {

        private final TransactionDefinition definition;
        private final RetryContext context;
        private final @Nullable RetryRefusal refusalAtStart = refusalAtStart();

        private @Nullable Throwable firstFailure;
        private @Nullable RetryPolicy policy;
        private String lastReason = "";
        private int retries;

        Attempts(TransactionDefinition definition, RetryContext context) {
            this.definition = definition;
            this.context = context;
        }

        <T extends @Nullable Object> T run(RetryableCall<T> call) throws Throwable {
            while (true) {
                try {
                    T result = call.proceed();
                    count("succeeded");
                    return result;
                } catch (Throwable failure) {
                    Throwable finalFailure = prepareRetry(failure, call);
                    if (finalFailure != null) {
                        throw finalFailure;
                    }
                }
            }
        }

        /** Prepares the next attempt and returns null, or returns the failure to throw when there is none. */
        private @Nullable Throwable prepareRetry(Throwable failure, RetryableCall<?> call) {
            if (context.isArgumentModified() && policy != null) {
                return refused(RetryRefusal.ENTITIES, lastReason, withFirstFailure(failure));
            }
            RetryPolicy applicable = failure instanceof Exception ? applicablePolicy() : null;
            if (applicable == null) {
                return finalFailure(failure);
            }
            policy = applicable;
            Throwable reported = withFirstFailure(failure);
            if (retries >= applicable.maxRetries()) {
                count("failed");
                return reported;
            }
            String reason = String.valueOf(applicable.reason(context));
            lastReason = reason;
            RetryRefusal refusal = refusal(call);
            if (refusal == null) {
                refusal = backOffAndRestore(applicable.backoff(retries + 1), call);
            }
            if (refusal != null) {
                return refused(refusal, reason, reported);
            }
            retries++;
            log.retry(name(call), reason, retries, applicable.maxRetries(), failure);
            context.nextAttempt();
            return null;
        }

        private Throwable refused(RetryRefusal refusal, String reason, Throwable reported) {
            count(refusal.label());
            reported.addSuppressed(new RetryRefusedException(reason, refusal));
            return reported;
        }

        private @Nullable RetryPolicy applicablePolicy() {
            for (RetryPolicy candidate : policies) {
                if (candidate.appliesTo(definition) && candidate.reason(context) != null) {
                    return candidate;
                }
            }
            return null;
        }

        /** Returns what to throw for a failure that no policy retries: a retry that reached a node reports its own. */
        private Throwable finalFailure(Throwable failure) {
            count("failed");
            if (context.isUnserved()) {
                return withFirstFailure(failure);
            }
            Throwable first = firstFailure;
            if (first != null && first != failure) {
                failure.addSuppressed(first);
            }
            return failure;
        }

        /** Returns the first failure with the latest as suppressed, or the reverse when something was committed. */
        private Throwable withFirstFailure(Throwable failure) {
            Throwable first = firstFailure;
            if (first == null) {
                firstFailure = failure;
                return failure;
            }
            // The first failure implies that nothing was done, which a later commit makes untrue.
            Throwable reported = context.hasCommitted() ? failure : first;
            if (first != failure) {
                reported.addSuppressed(reported == failure ? first : failure);
            }
            return reported;
        }

        private @Nullable RetryRefusal refusal(RetryableCall<?> call) {
            if (context.isForbidden()) {
                return RetryRefusal.NO_RETRY;
            }
            if (context.hasCommitted()) {
                return RetryRefusal.COMMITTED_ELSEWHERE;
            }
            if (context.hasTooManyArguments()) {
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

        /** Waits and restores the state before the first attempt; returns null, or what prevents the retry. */
        private @Nullable RetryRefusal backOffAndRestore(Duration backoff, RetryableCall<?> call) {
            Duration left = context.timeLeft();
            if (left != null && left.compareTo(backoff) <= 0) {
                return RetryRefusal.TIMEOUT;
            }
            if (Thread.currentThread().isInterrupted() || !sleep(backoff)) {
                return RetryRefusal.INTERRUPTED;
            }
            try {
                guards.forEach(RetryGuard::beforeRetry);
                context.restoreArguments();
                return null;
            } catch (RuntimeException e) {
                log.notRestored(name(call), e);
                return RetryRefusal.UNREADY;
            }
        }

        private String name(RetryableCall<?> call) {
            String name = definition.getName();
            return name != null ? name : call.name();
        }

        private void count(String outcome) {
            if (policy != null) {
                metrics.retry(policy.kind(), outcome);
            }
        }
    }
}
