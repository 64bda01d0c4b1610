package io.github.replicationrouting.internal.assembly;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for tasks that may block, one for each concurrent task. */
final class BackgroundThreads {

    private static final long IDLE_SECONDS = 10;

    private BackgroundThreads() {}

    /** Returns an executor with daemon threads named after the router; after its shutdown it discards tasks. */
    static ExecutorService named(String router) {
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
