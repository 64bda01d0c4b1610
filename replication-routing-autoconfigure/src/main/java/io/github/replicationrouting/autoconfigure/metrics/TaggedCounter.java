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
 * One count for each combination of tag values. An increment is one hash lookup per value and one addition: it creates
 * no key and touches no registry. Registries read the counts, including those from before they were bound. Thread-safe.
 */
final class TaggedCounter {

    private final String name;
    private final String description;
    private final List<String> tagKeys;
    private final TagNode root;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    TaggedCounter(String name, String description, Tags commonTags, String... tagKeys) {
        this.name = name;
        this.description = description;
        this.tagKeys = List.of(tagKeys);
        this.root = new TagNode(commonTags, 0);
    }

    void increment(Object first, Object second) {
        root.child(first).child(second).count.increment();
    }

    void increment(Object first, Object second, Object third) {
        root.child(first).child(second).child(third).count.increment();
    }

    /** Registers the present and all future counts with a registry. */
    void bindTo(MeterRegistry registry) {
        registries.add(registry);
        root.register();
    }

    /** Removes the counts whose first tag has this value, and their meters. */
    void remove(Object first) {
        TagNode removed = root.children.remove(first);
        if (removed != null) {
            registries.forEach(
                    registry -> registry.find(name).tags(removed.tags).meters().forEach(registry::remove));
        }
    }

    private final class TagNode {

        private final Tags tags;
        private final int depth;
        private final Map<Object, TagNode> children = new ConcurrentHashMap<>();
        private final LongAdder count = new LongAdder();
        private final Set<MeterRegistry> registered = ConcurrentHashMap.newKeySet(1);

        TagNode(Tags tags, int depth) {
            this.tags = tags;
            this.depth = depth;
        }

        TagNode child(Object tagValue) {
            TagNode known = children.get(tagValue);
            return known != null ? known : addChild(tagValue);
        }

        private TagNode addChild(Object tagValue) {
            TagNode child = children.computeIfAbsent(
                    tagValue, key -> new TagNode(tags.and(tagKeys.get(depth), key.toString()), depth + 1));
            // After the insertion, so that a registry bound concurrently either finds the child or is found by it.
            child.register();
            return child;
        }

        void register() {
            if (depth < tagKeys.size()) {
                children.values().forEach(TagNode::register);
                return;
            }
            for (MeterRegistry registry : registries) {
                if (registered.add(registry)) {
                    FunctionCounter.builder(name, count, LongAdder::sum)
                            .description(description)
                            .tags(tags)
                            .register(registry);
                }
            }
        }
    }
}
