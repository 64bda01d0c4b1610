package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.DomainEvents;
import org.springframework.data.util.AnnotationDetectionMethodCallback;
import org.springframework.util.ReflectionUtils;

/**
 * The types of the domain events that an aggregate held before it was saved. Spring Data publishes and clears them on
 * save, so a retry that saves the same object would publish none and must be refused.
 */
final class DomainEventsState implements ArgumentState {

    private final Method eventsMethod;
    private final Object aggregate;
    private final List<?> eventTypes;

    /** @param eventsMethod the result of {@link #eventsMethod} for the aggregate's type */
    DomainEventsState(Method eventsMethod, Object aggregate) {
        this.eventsMethod = eventsMethod;
        this.aggregate = aggregate;
        this.eventTypes = currentEventTypes();
    }

    /** Returns the method annotated with {@link DomainEvents}; null when the type has none. */
    static @Nullable Method eventsMethod(Class<?> type) {
        AnnotationDetectionMethodCallback<DomainEvents> callback =
                new AnnotationDetectionMethodCallback<>(DomainEvents.class);
        ReflectionUtils.doWithMethods(type, callback);
        if (!callback.hasFoundAnnotation()) {
            return null;
        }
        Method method = callback.getRequiredMethod();
        ReflectionUtils.makeAccessible(method);
        return method;
    }

    private List<?> currentEventTypes() {
        Object result = ReflectionUtils.invokeMethod(eventsMethod, aggregate);
        Collection<?> events =
                result instanceof Collection<?> several ? several : result == null ? List.of() : List.of(result);
        return events.stream().map(Object::getClass).toList();
    }

    @Override
    public boolean isUnchanged() {
        return eventTypes.equals(currentEventTypes());
    }

    /** Does nothing: listeners may have received the events that were published before the transaction failed. */
    @Override
    public void restore() {}
}
