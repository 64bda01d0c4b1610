package io.github.replicationrouting.conflict;

import io.github.resilience4j.core.IntervalFunction;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Saves changes of what others may have changed meanwhile. Each attempt is a transaction of its own, which loads what is
 * stored now, asks a {@link ConflictResolver} if that has another version than what the user saw, and saves on the
 * condition that the version has not changed since. After a conflict the next attempt loads anew: that is any {@link
 * ConcurrencyFailureException}, and any failure that an {@link SQLTransactionRollbackException} caused.
 *
 * <pre>{@code
 * ConflictResolution<Product> products = new ConflictResolution<>(transactionTemplate, new ProductStore(repository));
 * Product saved = products.save(whatTheUserSaw, whatTheUserMadeOfIt, ConflictResolver.keepMine());
 * }</pre>
 *
 * <p>Resolves conflicts on rows with versions in one database, or in a cluster that certifies transactions. Where masters
 * replicate asynchronously to each other, none of them sees the conflict, and neither does this class. Thread-safe, if
 * the store is.
 *
 * @param <T> type of an entity or record
 */
public final class ConflictResolution<T> {

    /** Number of attempts unless another one is given. */
    public static final int DEFAULT_MAX_ATTEMPTS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ConflictResolution.class);

    /** Randomized, so that clients that met in a conflict do not meet again. */
    private static final IntervalFunction BACKOFF =
            IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(10), 2, 0.5, Duration.ofSeconds(1));

    private final TransactionOperations transactions;
    private final VersionedStore<T> store;
    private final int maxAttempts;
    private final IntervalFunction backoff;

    /**
     * @param transactions begins a read-write transaction for each attempt; usually the {@code TransactionTemplate} bean
     * @param store access to the rows
     */
    public ConflictResolution(TransactionOperations transactions, VersionedStore<T> store) {
        this(transactions, store, DEFAULT_MAX_ATTEMPTS);
    }

    /**
     * @param transactions begins a read-write transaction for each attempt; usually the {@code TransactionTemplate} bean
     * @param store access to the rows
     * @param maxAttempts maximum number of attempts of one save, at least 1
     */
    public ConflictResolution(TransactionOperations transactions, VersionedStore<T> store, int maxAttempts) {
        this(transactions, store, maxAttempts, BACKOFF);
    }

    /** @param backoff pause in milliseconds after each number of failed attempts */
    ConflictResolution(
            TransactionOperations transactions, VersionedStore<T> store, int maxAttempts, IntervalFunction backoff) {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("The number of attempts must be positive, but is " + maxAttempts);
        }
        this.transactions = transactions;
        this.store = store;
        this.maxAttempts = maxAttempts;
        this.backoff = backoff;
    }

    /**
     * Saves a change, and resolves conflicts with the changes of others. Without a conflict {@code mine} is stored.
     *
     * @param base what the user saw, with its version; not changed since
     * @param mine what the user made of it; another object than {@code base}
     * @param resolver decides what to store when others have changed {@code base}
     * @return what is stored now: the result of {@link VersionedStore#save}, or theirs where the resolver keeps it
     * @throws UnresolvedConflictException if the row was deleted, if the resolver cannot decide, or if each attempt lost
     *     a conflict; nothing of the change is stored
     * @throws IllegalStateException if a transaction is open, or if the attempts are not read-write transactions
     */
    public T save(T base, T mine, ConflictResolver<T> resolver) {
        refuseInsideTransaction();
        return new Save(base, mine, resolver).run();
    }

    /** A conflict rolls the whole transaction back, so a transaction around the attempts would be lost. */
    private static void refuseInsideTransaction() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("ConflictResolution.save was called inside a transaction, which a conflict"
                    + " would roll back with everything in it. Call it outside, where no @Transactional method is"
                    + " around it; what belongs to the same transaction goes into VersionedStore.save.");
        }
    }

    /** All attempts to save one change. */
    private final class Save {

        private final T base;
        private final T mine;
        private final ConflictResolver<T> resolver;
        private final Object baseVersion;
        private final String type;
        private final List<RuntimeException> conflicts = new ArrayList<>();

        Save(T base, T mine, ConflictResolver<T> resolver) {
            this.base = base;
            this.mine = mine;
            this.resolver = resolver;
            this.type = base.getClass().getSimpleName();
            if (base == mine) {
                throw new IllegalArgumentException(
                        "Base and mine are the same object, so what the user changed in this " + type
                                + " is unknown. Keep a copy of what the user saw.");
            }
            Object version = store.version(base);
            if (version == null) {
                throw new IllegalArgumentException("This " + type + " has no version, as if it had never been saved."
                        + " Pass what the user saw as it was loaded, with its version.");
            }
            this.baseVersion = version;
        }

        T run() {
            while (true) {
                try {
                    return transactions.execute(this::attempt);
                } catch (RuntimeException failure) {
                    if (!isConflict(failure)) {
                        throw failure;
                    }
                    conflicts.add(failure);
                    pauseAfter(failure);
                }
            }
        }

        private T attempt(TransactionStatus transaction) {
            check(transaction);
            T stored = load();
            if (Objects.equals(store.version(stored), baseVersion)) {
                return store.save(stored, mine);
            }
            T resolved = resolver.resolve(base, mine, stored);
            return resolved == null ? stored : store.save(stored, resolved);
        }

        private static void check(TransactionStatus transaction) {
            if (!transaction.isNewTransaction()) {
                throw new IllegalStateException("The TransactionOperations of ConflictResolution began no new"
                        + " transaction. Use a TransactionTemplate with the propagation REQUIRED.");
            }
            if (transaction.isReadOnly()) {
                throw new IllegalStateException("The TransactionOperations of ConflictResolution begin read-only"
                        + " transactions, which read from a replica and cannot write. Use a read-write"
                        + " TransactionTemplate.");
            }
        }

        private T load() {
            T stored = store.load(base);
            if (stored == null) {
                throw new UnresolvedConflictException("The " + type + " was deleted after it was loaded, and a deleted"
                        + " row has nothing to merge with. Drop the change, or insert it as a new row.");
            }
            if (stored == base || stored == mine) {
                throw new IllegalStateException("VersionedStore.load returned the " + type + " that the caller already"
                        + " has, from a cache or a persistence context that outlives the transaction"
                        + " (open-session-in-view), and not what is stored now. Keep a detached copy of what the user"
                        + " saw, and detach or refresh the entity before it is loaded.");
            }
            return stored;
        }

        private void pauseAfter(RuntimeException conflict) {
            int failed = conflicts.size();
            LOG.debug("Attempt {} of {} to save a {} lost a conflict", failed, maxAttempts, type, conflict);
            if (failed >= maxAttempts) {
                throw unresolved("conflicted with others");
            }
            if (!sleep(backoff.apply(failed))) {
                throw unresolved("conflicted with others, and the thread was interrupted");
            }
        }

        private UnresolvedConflictException unresolved(String what) {
            int failed = conflicts.size();
            UnresolvedConflictException failure = new UnresolvedConflictException(
                    (failed == 1 ? "1 attempt" : failed + " attempts") + " to save a " + type + " " + what
                            + "; nothing of this change is stored. Load it again and let the user decide; under"
                            + " many conflicts allow more attempts, or write each key on one master only.",
                    conflicts.get(failed - 1));
            conflicts.subList(0, failed - 1).forEach(failure::addSuppressed);
            return failure;
        }
    }

    /** Translators of exceptions do not know each error; the JDBC driver's own class says that all was rolled back. */
    private static boolean isConflict(RuntimeException failure) {
        if (failure instanceof UnresolvedConflictException) {
            return false;
        }
        if (failure instanceof ConcurrencyFailureException) {
            return true;
        }
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransactionRollbackException) {
                return true;
            }
        }
        return false;
    }

    /** Returns false when the thread was interrupted. */
    private static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
