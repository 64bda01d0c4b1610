package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.ArgumentState;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.DomainEvents;
import org.springframework.data.util.AnnotationDetectionMethodCallback;
import org.springframework.util.ReflectionUtils;

/** The domain events of an aggregate before it was saved, which publishes and forgets them: a next run has none. */
final class ArgumentStateEvents implements ArgumentState {

    private final Method source;
    private final Object aggregate;
    private final List<?> kinds;

    ArgumentStateEvents(Method source, Object aggregate) {
        this.source = source;
        this.aggregate = aggregate;
        this.kinds = kinds();
    }

    /** The method that tells the events; null where a type has none. */
    static @Nullable Method source(Class<?> type) {
        AnnotationDetectionMethodCallback<DomainEvents> search =
                new AnnotationDetectionMethodCallback<>(DomainEvents.class);
        ReflectionUtils.doWithMethods(type, search);
        if (!search.hasFoundAnnotation()) {
            return null;
        }
        Method source = search.getRequiredMethod();
        ReflectionUtils.makeAccessible(source);
        return source;
    }

    private List<?> kinds() {
        Object events = ReflectionUtils.invokeMethod(source, aggregate);
        Collection<?> all = events instanceof Collection<?> many ? many : events == null ? List.of() : List.of(events);
        return all.stream().map(Object::getClass).toList();
    }

    @Override
    public boolean isUnchanged() {
        return kinds.equals(kinds());
    }

    /** What was published before its transaction failed has been heard by some. */
    @Override
    public void restore() {}
}
