package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import jakarta.persistence.EntityManager;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Watches persistence contexts that are open before a transaction begins and outlive it, such as that of
 * open-session-in-view. One that was empty is cleared before the next run, so that this begins like the first; one that
 * held entities cannot be brought back to what it was.
 */
final class PersistenceContextGuard implements RetryGuard {

    private final Predicate<EntityManager> empty;

    /** @param empty whether a persistence context is known to be empty */
    PersistenceContextGuard(Predicate<EntityManager> empty) {
        this.empty = empty;
    }

    @Override
    public @Nullable RetryRefusal refusalAtStart() {
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            EntityManager open = entityManager(resource);
            if (open != null && !empty.test(open)) {
                return RetryRefusal.PERSISTENCE_CONTEXT;
            }
        }
        return null;
    }

    @Override
    public void beforeRetry() {
        forEachOpen(EntityManager::clear);
    }

    private static void forEachOpen(Consumer<EntityManager> action) {
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            EntityManager open = entityManager(resource);
            if (open != null) {
                action.accept(open);
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
            // It holds a session without a persistence context.
            return null;
        }
    }
}
