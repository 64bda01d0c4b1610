package io.github.replicationrouting.monitor;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The real time line: one daemon thread that outlives whatever its tasks throw. */
final class MonitorThread implements Timeline {

    private final ScheduledThreadPoolExecutor executor;
    private final Supervisor supervisor;

    MonitorThread(String name, Supervisor supervisor) {
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
