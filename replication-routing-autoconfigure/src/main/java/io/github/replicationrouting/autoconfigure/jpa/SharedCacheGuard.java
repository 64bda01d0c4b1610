package io.github.replicationrouting.autoconfigure.jpa;

import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.internal.routing.HintContext;
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
 * Keeps what a late replica says out of the caches that all persistence contexts share, where it would stay for good and
 * reach writes: a read-only transaction reads those caches, but stores nothing in them, unless it is bound to read on the
 * primary. Thread-safe.
 */
final class SharedCacheGuard implements TransactionExecutionListener {

    private final ResourceTransactionManager manager;
    private final DefaultStoreMode defaultStoreMode;

    /** Found out by the first transaction, because the factory may be made later than its manager. */
    private volatile @Nullable SharedCaches caches;

    SharedCacheGuard(ResourceTransactionManager manager, DefaultStoreMode defaultStoreMode) {
        this.manager = manager;
        this.defaultStoreMode = defaultStoreMode;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure != null || !transaction.isNewTransaction()) {
            return;
        }
        boolean bypass = transaction.isReadOnly() && !HintContext.isForPrimary();
        if (!bypass && !defaultStoreMode.isBypass()) {
            return;
        }
        Object factory = manager.getResourceFactory();
        if (factory instanceof EntityManagerFactory entityManagers
                && TransactionSynchronizationManager.getResource(factory) instanceof EntityManagerHolder holder) {
            EntityManager entityManager = entityManager(holder);
            if (entityManager != null) {
                apply(entityManager, cachesOf(entityManagers), bypass);
            }
        }
    }

    private static @Nullable EntityManager entityManager(EntityManagerHolder holder) {
        try {
            return holder.getEntityManager();
        } catch (IllegalStateException e) {
            // It holds a session without a persistence context, whose cache mode is set on itself.
            return null;
        }
    }

    private static void apply(EntityManager entityManager, SharedCaches shared, boolean bypass) {
        if (shared == SharedCaches.ENTITIES_AND_QUERIES && bypass) {
            CacheModes.set(entityManager, CacheStoreMode.BYPASS, CacheRetrieveMode.BYPASS);
        } else if (shared != SharedCaches.NONE) {
            CacheModes.set(entityManager, bypass ? CacheStoreMode.BYPASS : CacheStoreMode.USE, null);
        }
    }

    private SharedCaches cachesOf(EntityManagerFactory factory) {
        SharedCaches known = caches;
        if (known == null) {
            known = isRouted(factory) ? SharedCaches.of(factory) : SharedCaches.NONE;
            caches = known;
        }
        return known;
    }

    /** Another database's pool is no router; what is not known to be one may be a router behind a decorator. */
    private static boolean isRouted(EntityManagerFactory factory) {
        DataSource dataSource = factory instanceof EntityManagerFactoryInfo info ? info.getDataSource() : null;
        return dataSource == null || DataSourceUnwrapper.unwrap(dataSource, HikariDataSource.class) == null;
    }
}
