package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;

/** The clock of a monitor and the thread on which all its state changes, so that tests can control both. */
public interface MonitorScheduler extends AutoCloseable {

    /** Monotonic time in nanoseconds. */
    long now();

    /** Runs a task on the thread, after those already waiting. Dropped after {@link #close()}. */
    void execute(Runnable task);

    /** Runs a task on the thread once the delay has passed. Dropped after {@link #close()}. */
    void schedule(Runnable task, Duration delay);

    @Override
    void close();
}
