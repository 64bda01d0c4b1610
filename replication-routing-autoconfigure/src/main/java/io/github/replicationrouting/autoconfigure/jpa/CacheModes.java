package io.github.replicationrouting.autoconfigure.jpa;

import jakarta.persistence.CacheRetrieveMode;
import jakarta.persistence.CacheStoreMode;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * How a persistence context uses shared caches. Hibernate 7.4 reads the store mode from the property in
 * {@code find(type, id)}, and from the mode everywhere else.
 *
 * @param storeProperty value of the property {@value #STORE_MODE}; null when it is not set
 */
record CacheModes(@Nullable Object storeProperty, CacheStoreMode store, CacheRetrieveMode retrieve) {

    static final String STORE_MODE = "jakarta.persistence.cache.storeMode";

    /**
     * Sets the modes of a persistence context, and restores its own when the current transaction completes, which the
     * persistence context may outlive.
     *
     * @param retrieve the retrieve mode; null to keep that of the persistence context
     */
    static void setForTransaction(
            EntityManager entityManager, CacheStoreMode store, @Nullable CacheRetrieveMode retrieve) {
        CacheModes original = new CacheModes(
                entityManager.getProperties().get(STORE_MODE),
                entityManager.getCacheStoreMode(),
                entityManager.getCacheRetrieveMode());
        new CacheModes(store, store, retrieve == null ? original.retrieve() : retrieve).applyTo(entityManager);
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new RestoreOnCompletion(original, entityManager));
        }
    }

    private void applyTo(EntityManager entityManager) {
        // The property comes first, because setting it also sets the store mode.
        entityManager.setProperty(STORE_MODE, storeProperty == null ? store : storeProperty);
        entityManager.setCacheRetrieveMode(retrieve);
        entityManager.setCacheStoreMode(store);
    }

    private record RestoreOnCompletion(CacheModes original, EntityManager entityManager)
            implements TransactionSynchronization {

        @Override
        public void afterCompletion(int status) {
            if (entityManager.isOpen()) {
                original.applyTo(entityManager);
            }
        }
    }
}
