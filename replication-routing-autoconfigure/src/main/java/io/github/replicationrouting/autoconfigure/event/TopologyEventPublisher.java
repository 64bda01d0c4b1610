package io.github.replicationrouting.autoconfigure.event;

import io.github.replicationrouting.event.DivergenceDetectedEvent;
import io.github.replicationrouting.event.GroupViewChangedEvent;
import io.github.replicationrouting.event.IncompletePromotionEvent;
import io.github.replicationrouting.event.NodeStateChangedEvent;
import io.github.replicationrouting.event.PrimaryChangedEvent;
import io.github.replicationrouting.event.ReplicationLagRecoveredEvent;
import io.github.replicationrouting.event.ReplicationLagWarningEvent;
import io.github.replicationrouting.event.SemiSynchronousChangedEvent;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes changes of the topology as application events, in order and on a thread of its own: a slow listener delays
 * later events but never the monitor. When its queue is full, further events are dropped with a warning. Publishes from
 * the end of the application's start, when listeners are registered, until its stop.
 */
public final class TopologyEventPublisher implements TopologyListener, SmartLifecycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TopologyEventPublisher.class);

    private static final int MAX_QUEUED_EVENTS = 1_000;
    private static final Duration THREAD_KEEP_ALIVE = Duration.ofSeconds(10);

    private final String router;
    private final ApplicationEventPublisher publisher;
    private final ThreadPoolExecutor executor;
    private final AtomicBoolean dropping = new AtomicBoolean();
    private volatile boolean running;

    /** @param router name of the router, for the events, log messages and the name of the thread */
    public TopologyEventPublisher(String router, ApplicationEventPublisher publisher) {
        this.router = router;
        this.publisher = publisher;
        this.executor = new ThreadPoolExecutor(
                1,
                1,
                THREAD_KEEP_ALIVE.toMillis(),
                TimeUnit.MILLISECONDS,
                new ArrayBlockingQueue<>(MAX_QUEUED_EVENTS),
                task -> {
                    Thread thread = new Thread(task, router + "-events");
                    thread.setDaemon(true);
                    return thread;
                },
                (task, pool) -> warnDropped());
        this.executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {
        if (!Objects.equals(before.group(), now.group())) {
            publish(new GroupViewChangedEvent(router, before.group(), now.group()));
        }
    }

    @Override
    public void diverged(Node node, String source, int errorCode, String reason) {
        publish(new DivergenceDetectedEvent(router, node.name(), source, errorCode, reason));
    }

    @Override
    public void nodeStateChanged(NodeStatus before, NodeStatus after) {
        publish(new NodeStateChangedEvent(
                router, after.name(), after.role(), before.state(), after.state(), after.reason()));
    }

    @Override
    public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
        publish(new PrimaryChangedEvent(
                router, before == null ? null : before.name(), after == null ? null : after.name()));
    }

    @Override
    public void lagWarning(NodeStatus node, double rate) {
        publish(new ReplicationLagWarningEvent(router, node.name(), node.lag(), rate));
    }

    @Override
    public void lagRecovered(NodeStatus node) {
        publish(new ReplicationLagRecoveredEvent(router, node.name(), node.lag()));
    }

    @Override
    public void semiSynchronousChanged(Node primary, boolean waits) {
        publish(new SemiSynchronousChangedEvent(router, primary.name(), waits));
    }

    @Override
    public void promotionIncomplete(IncompletePromotion promotion) {
        publish(new IncompletePromotionEvent(
                router,
                promotion.from().name(),
                promotion.to().name(),
                promotion.missing().toString(),
                promotion.transactions().isPresent()
                        ? (Long) promotion.transactions().getAsLong()
                        : null,
                promotion.rejected()));
    }

    private void publish(Object event) {
        if (running) {
            executor.execute(() -> deliver(event));
        }
    }

    private void deliver(Object event) {
        try {
            publisher.publishEvent(event);
        } catch (RuntimeException | Error e) {
            log.warn("[{}] event listener failed on {}", router, event, e);
        }
        if (executor.getQueue().isEmpty()) {
            dropping.set(false);
        }
    }

    private void warnDropped() {
        if (running && !dropping.getAndSet(true)) {
            log.warn(
                    "[{}] events are dropped: {} are queued behind a listener that has not returned. Run slow listeners"
                            + " on another thread, for example with @Async",
                    router,
                    MAX_QUEUED_EVENTS);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        executor.getQueue().clear();
    }

    /** Stops publishing, and interrupts a listener that is still running. */
    @Override
    public void close() {
        running = false;
        executor.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
