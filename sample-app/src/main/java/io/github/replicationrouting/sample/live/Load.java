package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.sample.shop.Customers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** Continuous load: four threads that read, one that writes. Stops automatically after 15 minutes. */
@Component
class Load implements DisposableBean {

    private static final int READERS = 4;
    private static final Duration BETWEEN_READS = Duration.ofMillis(50);
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(200);
    private static final Duration MAX_DURATION = Duration.ofMinutes(15);

    private final Customers customers;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(READERS + 2);
    private final List<Future<?>> running = new ArrayList<>();

    Load(Customers customers) {
        this.customers = customers;
    }

    synchronized void start() {
        if (isRunning()) {
            return;
        }
        for (int i = 0; i < READERS; i++) {
            running.add(repeat(customers::browse, BETWEEN_READS));
        }
        running.add(repeat(customers::buy, BETWEEN_WRITES));
        running.add(threads.schedule(this::stop, MAX_DURATION.toMillis(), TimeUnit.MILLISECONDS));
    }

    private Future<?> repeat(Runnable work, Duration pause) {
        return threads.scheduleWithFixedDelay(work, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized void stop() {
        running.forEach(task -> task.cancel(false));
        running.clear();
    }

    synchronized boolean isRunning() {
        return !running.isEmpty();
    }

    @Override
    public void destroy() {
        threads.shutdownNow();
    }
}
