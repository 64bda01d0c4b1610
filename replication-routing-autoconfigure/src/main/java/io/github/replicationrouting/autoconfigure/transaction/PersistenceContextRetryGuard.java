package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import jakarta.persistence.EntityManager;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Guards persistence contexts that are open before a transaction begins and outlive it, such as that of
 * open-session-in-view. One that was empty is cleared before each retry, so that the retry begins like the first
 * attempt; one that held entities cannot be restored, so the transaction is not retried.
 */
final class PersistenceContextRetryGuard implements RetryGuard {

    private final Predicate<EntityManager> isEmpty;

    /** @param isEmpty whether a persistence context is known to be empty */
    PersistenceContextRetryGuard(Predicate<EntityManager> isEmpty) {
        this.isEmpty = isEmpty;
    }

    @Override
    public @Nullable RetryRefusal refusalAtStart() {
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            EntityManager open = entityManager(resource);
            if (open != null && !isEmpty.test(open)) {
                return RetryRefusal.PERSISTENCE_CONTEXT;
            }
        }
        return null;
    }

    @Override
    public void beforeRetry() {
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            EntityManager open = entityManager(resource);
            if (open != null) {
                open.clear();
            }
        }
    }

    private static @Nullable EntityManager entityManager(Object resource) {
        if (!(resource instanceof EntityManagerHolder holder)) {
            return null;
        }
        try {
            return holder.getEntityManager();
        } catch (IllegalStateException e) {
            // The holder has a StatelessSession, which has no persistence context.
            return null;
        }
    }
}
