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

/** Customers who come all the time: a few who look around, one who buys. Ends by itself. */
@Component
class Load implements DisposableBean {

    private static final int READERS = 4;
    private static final Duration BETWEEN_READS = Duration.ofMillis(50);
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofMinutes(15);

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
            running.add(repeat(customers::lookAround, BETWEEN_READS));
        }
        running.add(repeat(customers::buy, BETWEEN_WRITES));
        running.add(threads.schedule(this::stop, LONGEST.toMillis(), TimeUnit.MILLISECONDS));
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
