package io.github.replicationrouting.autoconfigure.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * A count for each combination of labels. Counting is one hash look-up per label and an increment: no key is made, and
 * no registry is asked. Registries read the counts, also those from before they were there. Thread-safe.
 */
final class LabelledCounter {

    private final String name;
    private final String description;
    private final List<String> keys;
    private final Branch root;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    LabelledCounter(String name, String description, Tags common, String... keys) {
        this.name = name;
        this.description = description;
        this.keys = List.of(keys);
        this.root = new Branch(common, 0);
    }

    void increment(Object first, Object second) {
        root.child(first).child(second).count.increment();
    }

    void increment(Object first, Object second, Object third) {
        root.child(first).child(second).child(third).count.increment();
    }

    void bindTo(MeterRegistry registry) {
        registries.add(registry);
        root.publish();
    }

    /** Ends all counts that begin with this label. */
    void forget(Object first) {
        Branch gone = root.children.remove(first);
        if (gone != null) {
            registries.forEach(
                    registry -> registry.find(name).tags(gone.tags).meters().forEach(registry::remove));
        }
    }

    private final class Branch {

        private final Tags tags;
        private final int depth;
        private final Map<Object, Branch> children = new ConcurrentHashMap<>();
        private final LongAdder count = new LongAdder();
        private final Set<MeterRegistry> published = ConcurrentHashMap.newKeySet(1);

        Branch(Tags tags, int depth) {
            this.tags = tags;
            this.depth = depth;
        }

        Branch child(Object label) {
            Branch known = children.get(label);
            return known != null ? known : grow(label);
        }

        private Branch grow(Object label) {
            Branch child = children.computeIfAbsent(
                    label, key -> new Branch(tags.and(keys.get(depth), key.toString()), depth + 1));
            // After it is there: a registry that comes at this moment finds it, or is found.
            child.publish();
            return child;
        }

        void publish() {
            if (depth < keys.size()) {
                children.values().forEach(Branch::publish);
                return;
            }
            for (MeterRegistry registry : registries) {
                if (published.add(registry)) {
                    FunctionCounter.builder(name, count, LongAdder::sum)
                            .description(description)
                            .tags(tags)
                            .register(registry);
                }
            }
        }
    }
}
