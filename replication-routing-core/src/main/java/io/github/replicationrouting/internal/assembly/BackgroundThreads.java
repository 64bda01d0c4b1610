package io.github.replicationrouting.internal.assembly;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for what may block and must not hold anybody up, as many as there are such tasks at a time. */
public final class BackgroundThreads {

    private static final long IDLE_SECONDS = 10;

    private BackgroundThreads() {}

    /** Daemons named after the router; once shut down, tasks are dropped. */
    public static ExecutorService named(String router) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, router + "-background");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }
}
