package io.github.replicationrouting.autoconfigure.transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hibernate.Hibernate;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.type.BasicType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/** The property values of an entity or embeddable at one moment, with copies of those that are mutable. */
final class HibernatePropertyValues {

    private final Type[] types;
    private final SessionFactoryImplementor factory;
    private final @Nullable Object[] values;

    /** Copies of mutable values, the elements of collections, and the property values of embeddables. */
    private final @Nullable Object[] copies;

    HibernatePropertyValues(Type[] types, @Nullable Object[] values, SessionFactoryImplementor factory) {
        this.types = types;
        this.factory = factory;
        this.values = values;
        this.copies = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            copies[i] = copy(types[i], values[i]);
        }
    }

    private @Nullable Object copy(Type type, @Nullable Object value) {
        if (type.isCollectionType()) {
            return elements(value);
        }
        if (value == null || isMarker(value)) {
            return value;
        }
        return type instanceof ComponentType embeddable && !isVirtual(embeddable)
                ? new HibernatePropertyValues(embeddable.getSubtypes(), embeddable.getPropertyValues(value), factory)
                : type.deepCopy(value, factory);
    }

    /** Returns whether the component is the entity itself, as where an {@code @IdClass} mirrors its id properties. */
    private static boolean isVirtual(ComponentType embeddable) {
        return embeddable.isEmbedded();
    }

    /** Returns whether Hibernate's value marks an unfetched property or the type of a polymorphic embeddable. */
    private static boolean isMarker(@Nullable Object value) {
        return value == LazyPropertyInitializer.UNFETCHED_PROPERTY || value instanceof Class<?>;
    }

    /** Returns null for a collection that is not initialized or of unknown type, which is compared by identity. */
    private static @Nullable List<Element> elements(@Nullable Object collection) {
        if (!Hibernate.isInitialized(collection)) {
            return null;
        }
        if (collection instanceof Map<?, ?> map) {
            return elements(map.entrySet().stream()
                    .<@Nullable Object>mapMulti((entry, sink) -> {
                        sink.accept(entry.getKey());
                        sink.accept(entry.getValue());
                    })
                    .toList());
        }
        return collection instanceof Collection<?> objects ? elements(objects) : null;
    }

    private static List<Element> elements(Collection<?> objects) {
        List<Element> elements = new ArrayList<>(objects.size());
        objects.forEach(object -> elements.add(new Element(object)));
        return elements;
    }

    /** Compares by identity, because the equality of an entity may depend on the id that Hibernate sets. */
    private record Element(@Nullable Object object) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Element element
                    && (element.object == object || (isJdkType(object) && Objects.equals(element.object, object)));
        }

        @Override
        public int hashCode() {
            return 0;
        }

        private static boolean isJdkType(@Nullable Object object) {
            return object != null && object.getClass().getName().startsWith("java.");
        }
    }

    /** Returns whether the values are the same as those recorded. */
    boolean areEqualTo(@Nullable Object[] current) {
        for (int i = 0; i < current.length; i++) {
            if (!isUnchanged(types[i], i, current[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean isUnchanged(Type type, int property, @Nullable Object current) {
        if (type.isCollectionType()) {
            return isUnchangedCollection(current, property);
        }
        if (type.isEntityType() || isMarker(current) || isMarker(values[property])) {
            return current == values[property];
        }
        if (copies[property] instanceof HibernatePropertyValues embedded) {
            return current != null && embedded.areEqualTo(((ComponentType) type).getPropertyValues(current));
        }
        return type.isEqual(copies[property], current, factory);
    }

    private boolean isUnchangedCollection(@Nullable Object current, int property) {
        return copies[property] == null ? current == values[property] : copies[property].equals(elements(current));
    }

    /** Restores the embeddables in place, and returns the values for the owner to set. */
    @Nullable
    Object[] restore() {
        for (int i = 0; i < values.length; i++) {
            if (copies[i] instanceof HibernatePropertyValues embedded) {
                embedded.restore((ComponentType) types[i], Objects.requireNonNull(values[i]));
            }
        }
        return values.clone();
    }

    /** Sets values only if one has changed: an immutable embeddable, such as a record, does not support it. */
    private void restore(ComponentType type, Object embedded) {
        @Nullable Object[] original = restore();
        if (!areIdentical(original, type.getPropertyValues(embedded))) {
            type.setPropertyValues(embedded, original);
        }
    }

    /** Compares collections and embeddables by identity: Hibernate may have replaced them by equal ones of its own. */
    private boolean areIdentical(@Nullable Object[] original, @Nullable Object[] current) {
        for (int i = 0; i < original.length; i++) {
            boolean identical = (types[i] instanceof BasicType && !isMarker(original[i]))
                    ? types[i].isEqual(original[i], current[i], factory)
                    : original[i] == current[i];
            if (!identical) {
                return false;
            }
        }
        return true;
    }
}
