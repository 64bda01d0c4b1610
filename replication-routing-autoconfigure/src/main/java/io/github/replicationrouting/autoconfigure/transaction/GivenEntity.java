package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.routing.Given;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hibernate.Hibernate;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/** An entity as Hibernate was given it, before it has an id, a version, and collections of Hibernate's. */
final class GivenEntity implements Given {

    private final Object entity;
    private final EntityPersister persister;
    private final SharedSessionContractImplementor session;
    private final @Nullable Object id;
    private final @Nullable Object[] values;

    /** What mutable values were, and what collections contained. */
    private final @Nullable Object[] copies;

    GivenEntity(Object entity, EntityPersister persister, SharedSessionContractImplementor session) {
        this.entity = entity;
        this.persister = persister;
        this.session = session;
        this.id = persister.getIdentifier(entity);
        this.values = persister.getValues(entity);
        this.copies = copies(values);
    }

    private @Nullable Object[] copies(@Nullable Object[] of) {
        Type[] types = persister.getPropertyTypes();
        @Nullable Object[] result = new Object[of.length];
        for (int i = 0; i < of.length; i++) {
            if (types[i].isCollectionType()) {
                result[i] = elements(of[i]);
            } else {
                result[i] = isUnfetched(of[i]) ? of[i] : types[i].deepCopy(of[i], session.getFactory());
            }
        }
        return result;
    }

    /** A property that an enhanced class loads when it is asked for. */
    private static boolean isUnfetched(@Nullable Object value) {
        return value == LazyPropertyInitializer.UNFETCHED_PROPERTY;
    }

    /** Null for what is not loaded, or cannot be told: then the collection itself counts. */
    private static @Nullable List<Element> elements(@Nullable Object collection) {
        if (!Hibernate.isInitialized(collection)) {
            return null;
        }
        if (collection instanceof Map<?, ?> map) {
            return elements(map.entrySet().stream()
                    .<@Nullable Object>mapMulti((entry, all) -> {
                        all.accept(entry.getKey());
                        all.accept(entry.getValue());
                    })
                    .toList());
        }
        return collection instanceof Collection<?> all ? elements(all) : null;
    }

    private static List<Element> elements(Collection<?> of) {
        List<Element> elements = new ArrayList<>(of.size());
        of.forEach(element -> elements.add(new Element(element)));
        return elements;
    }

    /** By identity: an entity's own equality may go by its id, which Hibernate gives it. */
    private record Element(@Nullable Object object) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Element element
                    && (element.object == object || (isPlain(object) && Objects.equals(element.object, object)));
        }

        @Override
        public int hashCode() {
            return 0;
        }

        private static boolean isPlain(@Nullable Object object) {
            return object != null && object.getClass().getName().startsWith("java.");
        }
    }

    @Override
    public boolean isUnchanged() {
        @Nullable Object[] now = persister.getValues(entity);
        Type[] types = persister.getPropertyTypes();
        for (int i = 0; i < now.length; i++) {
            if (!isSame(types[i], i, now[i])) {
                return false;
            }
        }
        return Objects.equals(id, persister.getIdentifier(entity));
    }

    private boolean isSame(Type type, int property, @Nullable Object now) {
        if (type.isCollectionType()) {
            return isSameCollection(now, property);
        }
        if (type.isEntityType() || isUnfetched(now) || isUnfetched(values[property])) {
            return now == values[property];
        }
        return type.isEqual(copies[property], now, session.getFactory());
    }

    private boolean isSameCollection(@Nullable Object now, int property) {
        return copies[property] == null ? now == values[property] : copies[property].equals(elements(now));
    }

    @Override
    public void restore() {
        persister.setValues(entity, values.clone());
        if (!Objects.equals(id, persister.getIdentifier(entity))) {
            persister.setIdentifier(entity, id, session);
        }
    }
}
