package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import java.util.Objects;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * An entity as the application passed it to Hibernate, before Hibernate sets its id and version and replaces its
 * collections.
 */
final class HibernateEntityState implements ArgumentState {

    private final Object entity;
    private final EntityPersister persister;
    private final SharedSessionContractImplementor session;
    private final @Nullable Object id;
    private final HibernatePropertyValues values;

    HibernateEntityState(Object entity, EntityPersister persister, SharedSessionContractImplementor session) {
        this.entity = entity;
        this.persister = persister;
        this.session = session;
        this.id = persister.getIdentifier(entity);
        this.values = new HibernatePropertyValues(
                persister.getPropertyTypes(), persister.getValues(entity), session.getFactory());
    }

    @Override
    public boolean isUnchanged() {
        return values.areEqualTo(persister.getValues(entity)) && Objects.equals(id, persister.getIdentifier(entity));
    }

    @Override
    public void restore() {
        persister.setValues(entity, values.restore());
        if (!Objects.equals(id, persister.getIdentifier(entity))) {
            persister.setIdentifier(entity, id, session);
        }
    }
}
