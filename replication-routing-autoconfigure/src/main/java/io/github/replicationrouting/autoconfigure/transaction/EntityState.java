package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import java.util.Objects;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** An entity as Hibernate was given it, before it has an id, a version, and collections of Hibernate's. */
final class EntityState implements ArgumentState {

    private final Object entity;
    private final EntityPersister persister;
    private final SharedSessionContractImplementor session;
    private final @Nullable Object id;
    private final StateValues values;

    EntityState(Object entity, EntityPersister persister, SharedSessionContractImplementor session) {
        this.entity = entity;
        this.persister = persister;
        this.session = session;
        this.id = persister.getIdentifier(entity);
        this.values = new StateValues(persister.getPropertyTypes(), persister.getValues(entity), session.getFactory());
    }

    @Override
    public boolean isUnchanged() {
        return values.areEqualTo(persister.getValues(entity)) && Objects.equals(id, persister.getIdentifier(entity));
    }

    @Override
    public void restore() {
        persister.setValues(entity, values.restored());
        if (!Objects.equals(id, persister.getIdentifier(entity))) {
            persister.setIdentifier(entity, id, session);
        }
    }
}
