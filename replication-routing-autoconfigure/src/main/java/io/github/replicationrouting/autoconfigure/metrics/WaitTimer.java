package io.github.replicationrouting.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Times waits by outcome. Those from before the first registry is bound are kept for it, up to a limit. Thread-safe.
 */
final class WaitTimer {

    private static final int MAX_EARLY_WAITS = 1_000;

    private record Wait(Duration duration, String outcome) {}

    private final String name;
    private final String description;
    private final Tags commonTags;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Wait> earlyWaits = new ArrayDeque<>();

    WaitTimer(String name, String description, Tags commonTags) {
        this.name = name;
        this.description = description;
        this.commonTags = commonTags;
    }

    void record(Duration waited, String outcome) {
        Wait wait = new Wait(waited, outcome);
        if (registries.isEmpty() && keep(wait)) {
            return;
        }
        registries.forEach(registry -> record(wait, registry));
    }

    void bindTo(MeterRegistry registry) {
        lock.lock();
        try {
            registries.add(registry);
            earlyWaits.forEach(wait -> record(wait, registry));
            earlyWaits.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Returns false when a registry has been bound meanwhile; at the limit the wait is dropped. */
    private boolean keep(Wait wait) {
        lock.lock();
        try {
            return registries.isEmpty() && (earlyWaits.size() >= MAX_EARLY_WAITS || earlyWaits.add(wait));
        } finally {
            lock.unlock();
        }
    }

    private void record(Wait wait, MeterRegistry registry) {
        Timer.builder(name)
                .description(description)
                .tags(commonTags)
                .tag("outcome", wait.outcome())
                .register(registry)
                .record(wait.duration());
    }
}
