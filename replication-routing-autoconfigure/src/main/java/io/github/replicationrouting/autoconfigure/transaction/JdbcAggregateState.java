package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.PersistentEntity;
import org.springframework.data.mapping.PersistentProperty;
import org.springframework.data.mapping.PersistentPropertyAccessor;

/**
 * Id and version of an aggregate as they were before Spring Data JDBC saved it. Saving sets both in the given object
 * itself unless the object is immutable.
 */
final class JdbcAggregateState implements ArgumentState {

    private final PersistentEntity<?, ?> entity;
    private final PersistentPropertyAccessor<?> accessor;
    private final @Nullable Object id;
    private final @Nullable Object version;

    JdbcAggregateState(PersistentEntity<?, ?> entity, Object aggregate) {
        this.entity = entity;
        this.accessor = entity.getPropertyAccessor(aggregate);
        this.id = value(entity.getIdProperty());
        this.version = value(entity.getVersionProperty());
    }

    private @Nullable Object value(@Nullable PersistentProperty<?> property) {
        return property == null ? null : accessor.getProperty(property);
    }

    @Override
    public boolean isUnchanged() {
        return Objects.equals(id, value(entity.getIdProperty()))
                && Objects.equals(version, value(entity.getVersionProperty()));
    }

    @Override
    public void restore() {
        restore(entity.getIdProperty(), id);
        restore(entity.getVersionProperty(), version);
    }

    private void restore(@Nullable PersistentProperty<?> property, @Nullable Object original) {
        if (property != null && !property.isImmutable() && !Objects.equals(original, value(property))) {
            accessor.setProperty(property, original);
        }
    }
}
