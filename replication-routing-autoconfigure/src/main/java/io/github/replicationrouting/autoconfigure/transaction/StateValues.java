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

/** The values of an entity, or of an object embedded in one, as they were. */
final class StateValues {

    private final Type[] types;
    private final SessionFactoryImplementor factory;
    private final @Nullable Object[] values;

    /** What mutable values were, what collections contained, and the values of embedded objects. */
    private final @Nullable Object[] copies;

    StateValues(Type[] types, @Nullable Object[] values, SessionFactoryImplementor factory) {
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
        if (value == null || isToken(value)) {
            return value;
        }
        return type instanceof ComponentType embeddable && !isTheEntityItself(embeddable)
                ? new StateValues(embeddable.getSubtypes(), embeddable.getPropertyValues(value), factory)
                : type.deepCopy(value, factory);
    }

    /** As where an {@code @IdClass} stands for the properties of its id. */
    private static boolean isTheEntityItself(ComponentType embeddable) {
        return embeddable.isEmbedded();
    }

    /** For a property that an enhanced class loads when it is asked for, or for which of several classes is embedded. */
    private static boolean isToken(@Nullable Object value) {
        return value == LazyPropertyInitializer.UNFETCHED_PROPERTY || value instanceof Class<?>;
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

    boolean areEqualTo(@Nullable Object[] now) {
        for (int i = 0; i < now.length; i++) {
            if (!isSame(types[i], i, now[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean isSame(Type type, int property, @Nullable Object now) {
        if (type.isCollectionType()) {
            return isSameCollection(now, property);
        }
        if (type.isEntityType() || isToken(now) || isToken(values[property])) {
            return now == values[property];
        }
        if (copies[property] instanceof StateValues embedded) {
            return now != null && embedded.areEqualTo(((ComponentType) type).getPropertyValues(now));
        }
        return type.isEqual(copies[property], now, factory);
    }

    private boolean isSameCollection(@Nullable Object now, int property) {
        return copies[property] == null ? now == values[property] : copies[property].equals(elements(now));
    }

    /** The values to give back to the object that had them; what is embedded has its own back by then. */
    @Nullable
    Object[] restored() {
        for (int i = 0; i < values.length; i++) {
            if (copies[i] instanceof StateValues embedded) {
                embedded.restore((ComponentType) types[i], Objects.requireNonNull(values[i]));
            }
        }
        return values.clone();
    }

    /** Only what has changed is set: an object that cannot change, such as a record, refuses that. */
    private void restore(ComponentType type, Object embedded) {
        @Nullable Object[] before = restored();
        if (!areIdentical(before, type.getPropertyValues(embedded))) {
            type.setPropertyValues(embedded, before);
        }
    }

    /** Collections and embedded objects that are equal may be Hibernate's own. */
    private boolean areIdentical(@Nullable Object[] before, @Nullable Object[] now) {
        for (int i = 0; i < before.length; i++) {
            boolean identical = (types[i] instanceof BasicType && !isToken(before[i]))
                    ? types[i].isEqual(before[i], now[i], factory)
                    : before[i] == now[i];
            if (!identical) {
                return false;
            }
        }
        return true;
    }
}
