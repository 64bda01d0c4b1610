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
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Continuous load: four threads that read, and as many that write as configured. Ends after 15 minutes. */
@Component
class Load implements DisposableBean {

    private static final int READERS = 4;
    private static final Duration BETWEEN_READS = Duration.ofMillis(50);
    private static final Duration MAX_DURATION = Duration.ofMinutes(15);

    private final Customers customers;
    private final int writers;
    private final Duration betweenWrites;
    private final boolean started;
    private final ScheduledExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();

    Load(
            Customers customers,
            @Value("${shop.load.writers:1}") int writers,
            @Value("${shop.load.between-writes:200ms}") Duration betweenWrites,
            @Value("${shop.load.started:false}") boolean started) {
        this.customers = customers;
        this.writers = writers;
        this.betweenWrites = betweenWrites;
        this.started = started;
        this.threads = Executors.newScheduledThreadPool(READERS + writers + 1);
    }

    @EventListener(ApplicationReadyEvent.class)
    void ready() {
        if (started) {
            start();
        }
    }

    synchronized void start() {
        if (isRunning()) {
            return;
        }
        for (int i = 0; i < READERS; i++) {
            running.add(repeat(customers::browse, BETWEEN_READS));
        }
        for (int i = 0; i < writers; i++) {
            running.add(repeat(customers::buy, betweenWrites));
        }
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
