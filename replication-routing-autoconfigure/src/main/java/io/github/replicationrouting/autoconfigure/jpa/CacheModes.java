package io.github.replicationrouting.autoconfigure.jpa;

import jakarta.persistence.CacheRetrieveMode;
import jakarta.persistence.CacheStoreMode;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What a persistence context does with shared caches. Hibernate 7.4 asks the property in {@code find(type, id)}, and the
 * mode everywhere else.
 *
 * @param property the store mode by the property of its name
 */
record CacheModes(@Nullable Object property, CacheStoreMode store, CacheRetrieveMode retrieve) {

    static final String STORE_MODE = "jakarta.persistence.cache.storeMode";

    /**
     * Sets modes for the transaction in progress: the persistence context may outlive it.
     *
     * @param retrieve null for the persistence context's own
     */
    static void set(EntityManager entityManager, CacheStoreMode store, @Nullable CacheRetrieveMode retrieve) {
        CacheModes own = new CacheModes(
                entityManager.getProperties().get(STORE_MODE),
                entityManager.getCacheStoreMode(),
                entityManager.getCacheRetrieveMode());
        new CacheModes(store, store, retrieve == null ? own.retrieve() : retrieve).applyTo(entityManager);
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new Restore(own, entityManager));
        }
    }

    private void applyTo(EntityManager entityManager) {
        // First, because it sets the mode, too.
        entityManager.setProperty(STORE_MODE, property == null ? store : property);
        entityManager.setCacheRetrieveMode(retrieve);
        entityManager.setCacheStoreMode(store);
    }

    private record Restore(CacheModes own, EntityManager entityManager) implements TransactionSynchronization {

        @Override
        public void afterCompletion(int status) {
            if (entityManager.isOpen()) {
                own.applyTo(entityManager);
            }
        }
    }
}
