package io.github.replicationrouting.autoconfigure.jpa;

import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.internal.routing.IntentResolver;
import jakarta.persistence.CacheRetrieveMode;
import jakarta.persistence.CacheStoreMode;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Keeps stale rows of a lagging replica out of the caches that persistence contexts share, from where writes could use
 * them: a read-only transaction reads these caches but stores nothing in them, unless it is routed to the primary.
 * Thread-safe.
 */
final class SharedCacheBypassListener implements TransactionExecutionListener {

    private final ResourceTransactionManager manager;
    private final DefaultCacheStoreMode defaultStoreMode;

    /** Set by the first transaction, because the factory may be created after its transaction manager. */
    private volatile @Nullable SharedCaches sharedCaches;

    SharedCacheBypassListener(ResourceTransactionManager manager, DefaultCacheStoreMode defaultStoreMode) {
        this.manager = manager;
        this.defaultStoreMode = defaultStoreMode;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure != null || !transaction.isNewTransaction()) {
            return;
        }
        boolean bypass = transaction.isReadOnly() && !IntentResolver.isForPrimary(IntentResolver.hint());
        if (!bypass && !defaultStoreMode.isBypass()) {
            return;
        }
        Object factory = manager.getResourceFactory();
        if (factory instanceof EntityManagerFactory entityManagers
                && TransactionSynchronizationManager.getResource(factory) instanceof EntityManagerHolder holder) {
            EntityManager entityManager = entityManager(holder);
            if (entityManager != null) {
                apply(entityManager, sharedCaches(entityManagers), bypass);
            }
        }
    }

    private static @Nullable EntityManager entityManager(EntityManagerHolder holder) {
        try {
            return holder.getEntityManager();
        } catch (IllegalStateException e) {
            // The holder has a StatelessSession, whose cache mode the application sets itself.
            return null;
        }
    }

    private static void apply(EntityManager entityManager, SharedCaches sharedCaches, boolean bypass) {
        if (sharedCaches == SharedCaches.ENTITIES_AND_QUERIES && bypass) {
            CacheModes.setForTransaction(entityManager, CacheStoreMode.BYPASS, CacheRetrieveMode.BYPASS);
        } else if (sharedCaches != SharedCaches.NONE) {
            CacheModes.setForTransaction(entityManager, bypass ? CacheStoreMode.BYPASS : CacheStoreMode.USE, null);
        }
    }

    private SharedCaches sharedCaches(EntityManagerFactory factory) {
        SharedCaches known = sharedCaches;
        if (known == null) {
            known = mayBeRouted(factory) ? SharedCaches.of(factory) : SharedCaches.NONE;
            sharedCaches = known;
        }
        return known;
    }

    /** Returns false for a plain pool only: any other data source may be a decorator around a router. */
    private static boolean mayBeRouted(EntityManagerFactory factory) {
        DataSource dataSource = factory instanceof EntityManagerFactoryInfo info ? info.getDataSource() : null;
        return dataSource == null || DataSourceUnwrapper.unwrap(dataSource, HikariDataSource.class) == null;
    }
}
