package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The scheduler of a running monitor: one daemon thread that survives whatever its tasks throw. */
public final class MonitorThread implements MonitorScheduler {

    private final ScheduledThreadPoolExecutor executor;
    private final FailureGuard failureGuard;

    public MonitorThread(String name, FailureGuard failureGuard) {
        this.failureGuard = failureGuard;
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, Duration.ZERO);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the guard reports failures
    public void schedule(Runnable task, Duration delay) {
        try {
            executor.schedule(() -> failureGuard.run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (!executor.isShutdown()) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
