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
 * Has every entity remembered that the application gives to Hibernate in a transaction that may be run again: it may be
 * older than the transaction, and what the first run makes of it meets the next. Does nothing in all others. Thread-safe.
 */
final class EntityStateListener implements PersistEventListener, MergeEventListener {

    @Override
    public void onPersist(PersistEvent event) {
        given(event.getObject(), event.getEntityName(), event.getSession());
    }

    @Override
    public void onPersist(PersistEvent event, PersistContext alreadyPersisted) {
        onPersist(event);
    }

    @Override
    public void onMerge(MergeEvent event) {
        given(event.getOriginal(), event.getEntityName(), event.getSession());
    }

    @Override
    public void onMerge(MergeEvent event, MergeContext alreadyMerged) {
        onMerge(event);
    }

    private static void given(@Nullable Object object, @Nullable String name, EventSource session) {
        if (RetryContext.isUncommitted() && object != null) {
            Object entity = implementation(object);
            if (entity != null && session.getPersistenceContextInternal().getEntry(entity) == null) {
                SharedSessionContractImplementor owner = session;
                RetryContext.recordArgument(
                        entity,
                        EntityState.class,
                        () -> new EntityState(entity, owner.getEntityPersister(name, entity), owner));
            }
        }
    }

    /** Null for one that is not loaded, and so not changed. */
    private static @Nullable Object implementation(Object object) {
        if (object instanceof HibernateProxy proxy) {
            return proxy.getHibernateLazyInitializer().isUninitialized()
                    ? null
                    : proxy.getHibernateLazyInitializer().getImplementation();
        }
        return object;
    }
}
