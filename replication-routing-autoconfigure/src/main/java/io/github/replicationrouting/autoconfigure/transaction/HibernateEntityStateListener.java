package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventSource;
import org.hibernate.event.spi.MergeContext;
import org.hibernate.event.spi.MergeEvent;
import org.hibernate.event.spi.MergeEventListener;
import org.hibernate.event.spi.PersistContext;
import org.hibernate.event.spi.PersistEvent;
import org.hibernate.event.spi.PersistEventListener;
import org.hibernate.proxy.HibernateProxy;
import org.jspecify.annotations.Nullable;

/**
 * Records the state of each entity that the application persists or merges in a transaction that may be retried: the
 * entity may exist before the transaction begins, so a retry would receive it as the first attempt left it. Does
 * nothing in other transactions. Thread-safe.
 */
final class HibernateEntityStateListener implements PersistEventListener, MergeEventListener {

    @Override
    public void onPersist(PersistEvent event) {
        recordState(event.getObject(), event.getEntityName(), event.getSession());
    }

    @Override
    public void onPersist(PersistEvent event, PersistContext alreadyPersisted) {
        onPersist(event);
    }

    @Override
    public void onMerge(MergeEvent event) {
        recordState(event.getOriginal(), event.getEntityName(), event.getSession());
    }

    @Override
    public void onMerge(MergeEvent event, MergeContext alreadyMerged) {
        onMerge(event);
    }

    private static void recordState(@Nullable Object object, @Nullable String entityName, EventSource session) {
        if (RetryContext.isUncommitted() && object != null) {
            Object entity = unproxy(object);
            if (entity != null && session.getPersistenceContextInternal().getEntry(entity) == null) {
                SharedSessionContractImplementor owner = session;
                RetryContext.recordArgument(
                        entity,
                        HibernateEntityState.class,
                        () -> new HibernateEntityState(entity, owner.getEntityPersister(entityName, entity), owner));
            }
        }
    }

    /** Returns the entity behind a proxy; null when it is not initialized, which means that it is unchanged. */
    private static @Nullable Object unproxy(Object object) {
        if (object instanceof HibernateProxy proxy) {
            return proxy.getHibernateLazyInitializer().isUninitialized()
                    ? null
                    : proxy.getHibernateLazyInitializer().getImplementation();
        }
        return object;
    }
}
