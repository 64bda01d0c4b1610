package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The real time line: one daemon thread that outlives whatever its tasks throw. */
public final class MonitorThread implements MonitorScheduler {

    private final ScheduledThreadPoolExecutor executor;
    private final FailureGuard supervisor;

    public MonitorThread(String name, FailureGuard supervisor) {
        this.supervisor = supervisor;
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
    @SuppressWarnings("FutureReturnValueIgnored") // the supervisor hears of failures
    public void schedule(Runnable task, Duration delay) {
        try {
            executor.schedule(() -> supervisor.run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
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
