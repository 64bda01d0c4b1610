package io.github.replicationrouting.internal.routing;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The objects that the runs of one transaction gave to a framework that may change them, as they were then. One that comes
 * again in a later run is older than that run, and must be the same again: else the runs together would do what no single
 * one would. Used by one thread.
 */
final class ArgumentStates {

    /** A transaction that gives more is not run again, so that bulk work does not fill the memory. */
    private static final int MOST = 1000;

    /** By what is remembered of them. */
    private final Map<Class<? extends ArgumentState>, IdentityHashMap<Object, Entry>> entries = new HashMap<>();

    private int size;
    private boolean tooMany;

    private record Entry(ArgumentState asItWas, int run) {}

    /** Returns whether the object is what an earlier run, if any, was given. */
    <G extends ArgumentState> boolean give(Object object, int run, Class<G> kind, Supplier<G> asItIs) {
        IdentityHashMap<Object, Entry> known = entries.computeIfAbsent(kind, any -> new IdentityHashMap<>());
        Entry earlier = known.get(object);
        if (earlier != null) {
            return earlier.run == run || earlier.asItWas.isUnchanged();
        }
        if (size >= MOST) {
            tooMany = true;
        } else if (!tooMany) {
            known.put(object, new Entry(asItIs.get(), run));
            size++;
        }
        return true;
    }

    /** Whether some are not known. */
    boolean areTooMany() {
        return tooMany;
    }

    void restore() {
        entries.values().forEach(known -> known.values().forEach(entry -> entry.asItWas.restore()));
    }
}
