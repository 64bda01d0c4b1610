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
 * Times waits by their outcome. Those from before there is a registry are kept for it, as many as a start can have.
 * Thread-safe.
 */
final class WaitTimer {

    private static final int MAX_EARLY_WAITS = 1_000;

    private record Wait(Duration length, String outcome) {}

    private final String name;
    private final String description;
    private final Tags common;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Wait> early = new ArrayDeque<>();

    WaitTimer(String name, String description, Tags common) {
        this.name = name;
        this.description = description;
        this.common = common;
    }

    void record(Duration waited, String outcome) {
        Wait wait = new Wait(waited, outcome);
        if (registries.isEmpty() && isKept(wait)) {
            return;
        }
        registries.forEach(registry -> record(wait, registry));
    }

    void bindTo(MeterRegistry registry) {
        lock.lock();
        try {
            registries.add(registry);
            early.forEach(wait -> record(wait, registry));
            early.clear();
        } finally {
            lock.unlock();
        }
    }

    private boolean isKept(Wait wait) {
        lock.lock();
        try {
            return registries.isEmpty() && (early.size() >= MAX_EARLY_WAITS || early.add(wait));
        } finally {
            lock.unlock();
        }
    }

    private void record(Wait wait, MeterRegistry registry) {
        Timer.builder(name)
                .description(description)
                .tags(common)
                .tag("outcome", wait.outcome())
                .register(registry)
                .record(wait.length());
    }
}
