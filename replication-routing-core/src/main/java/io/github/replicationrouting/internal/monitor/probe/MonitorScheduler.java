package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;

/** Time and the thread on which all state of a monitor changes, so that tests can move both by hand. */
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
