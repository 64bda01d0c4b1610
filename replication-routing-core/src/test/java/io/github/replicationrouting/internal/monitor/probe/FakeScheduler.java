package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A scheduler whose time passes only when a test advances it. */
public final class FakeScheduler implements MonitorScheduler {

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private final FailureGuard failureGuard;
    // As after a long uptime: comparisons must survive the overflow of System.nanoTime().
    private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
    private final long start = now;
    private long order;
    private boolean closed;

    private record Task(long at, long order, Runnable task) {}

    public FakeScheduler(FailureGuard failureGuard) {
        this.failureGuard = failureGuard;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, Duration.ZERO);
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
        if (!closed) {
            tasks.add(new Task(now - start + delay.toNanos(), order++, task));
        }
    }

    /** Lets time pass, and runs the tasks that become due. */
    public void advance(Duration by) {
        long until = now - start + by.toNanos();
        while (!tasks.isEmpty() && tasks.element().at <= until) {
            Task next = tasks.remove();
            now = start + Math.max(now - start, next.at);
            failureGuard.run(next.task);
        }
        now = start + until;
    }

    /** Lets time pass without running a task: tasks that become due are late. */
    public void pause(Duration length) {
        now += length.toNanos();
    }

    public Duration elapsed() {
        return Duration.ofNanos(now - start);
    }

    @Override
    public void close() {
        closed = true;
        tasks.clear();
    }
}
