package io.github.replicationrouting.internal.routing;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The states of the objects that the attempts of one transaction passed to frameworks that may modify them. An object
 * that is passed again in a later attempt is older than that attempt and must have the same state: otherwise the
 * attempts together would do what no single one would. Used by one thread.
 */
final class ArgumentStates {

    /** Limits the memory that bulk work takes: a transaction that passes more objects is not retried. */
    private static final int MAX_OBJECTS = 1000;

    private final Map<Class<? extends ArgumentState>, IdentityHashMap<Object, Entry>> byType = new HashMap<>();

    private int size;
    private boolean exceeded;

    private record Entry(ArgumentState state, int attempt) {}

    /**
     * Records the state of an object, unless it is recorded already.
     *
     * @param attempt number of the attempt that passes it
     * @param type type of the state to record
     * @param state captures the present state of the object
     * @return false if an earlier attempt passed the object with another state
     */
    <S extends ArgumentState> boolean record(Object object, int attempt, Class<S> type, Supplier<S> state) {
        IdentityHashMap<Object, Entry> entries = byType.computeIfAbsent(type, any -> new IdentityHashMap<>());
        Entry earlier = entries.get(object);
        if (earlier != null) {
            return earlier.attempt == attempt || earlier.state.isUnchanged();
        }
        if (size >= MAX_OBJECTS) {
            exceeded = true;
        } else if (!exceeded) {
            entries.put(object, new Entry(state.get(), attempt));
            size++;
        }
        return true;
    }

    /** Returns whether more objects were passed than are recorded. */
    boolean isExceeded() {
        return exceeded;
    }

    /** Reverts the modifications of the recorded objects. */
    void restore() {
        byType.values().forEach(entries -> entries.values().forEach(entry -> entry.state.restore()));
    }
}
