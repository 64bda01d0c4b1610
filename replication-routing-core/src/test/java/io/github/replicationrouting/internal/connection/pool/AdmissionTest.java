package io.github.replicationrouting.internal.connection.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.internal.connection.pool.Admission.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AdmissionTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void whenAllPermitsAreInUseShouldTimeOut() {
        Admission admission = new Admission(() -> 2);

        assertThat(admission.enter(inMillis(0), WaitCondition.UNCONDITIONAL)).isEqualTo(Outcome.ADMITTED);
        assertThat(admission.enter(inMillis(0), WaitCondition.UNCONDITIONAL)).isEqualTo(Outcome.ADMITTED);
        assertThat(admission.enter(inMillis(20), WaitCondition.UNCONDITIONAL)).isEqualTo(Outcome.TIMED_OUT);
        assertThat(admission.waiting()).isZero();
        admission.leave();
        assertThat(admission.enter(inMillis(0), WaitCondition.UNCONDITIONAL)).isEqualTo(Outcome.ADMITTED);
        assertThat(admission.admitted()).isEqualTo(2);
    }

    @Test
    void whenThreadsWaitShouldAdmitThemInOrder() {
        Admission admission = exhausted();
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waits.add(waiting(admission, WaitCondition.UNCONDITIONAL).whenComplete((outcome, failure) -> {
                order.add(number);
                admission.leave();
            }));
            await().atMost(LIMIT).until(() -> admission.waiting() == number + 1);
        }
        admission.leave();

        waits.forEach(wait -> assertThat(wait).succeedsWithin(LIMIT).isEqualTo(Outcome.ADMITTED));
        await().atMost(LIMIT).until(() -> admission.admitted() == 0);
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void whenTheNodeIsEvictedShouldEndTheWaitsForItAlone() {
        Admission admission = exhausted();
        AtomicBoolean evicted = new AtomicBoolean();
        CompletableFuture<Outcome> reader = waiting(admission, evicted::get);
        await().atMost(LIMIT).until(() -> admission.waiting() == 1);
        CompletableFuture<Outcome> writer = waiting(admission, WaitCondition.UNCONDITIONAL);
        await().atMost(LIMIT).until(() -> admission.waiting() == 2);

        admission.recheck();
        assertThat(reader).isNotDone();
        evicted.set(true);
        admission.recheck();

        assertThat(reader).succeedsWithin(LIMIT).isEqualTo(Outcome.NODE_EVICTED);
        assertThat(writer).isNotDone();
        admission.leave();
        assertThat(writer).succeedsWithin(LIMIT).isEqualTo(Outcome.ADMITTED);
    }

    @Test
    void whenTheNodeIsEvictedAlreadyShouldNotWait() {
        assertThat(exhausted().enter(inMillis(60_000), () -> true)).isEqualTo(Outcome.NODE_EVICTED);
    }

    @Test
    void whenInterruptedShouldEndTheWaitAndStayInterrupted() {
        Admission admission = exhausted();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<Boolean> wait = CompletableFuture.supplyAsync(
                () -> {
                    thread.complete(Thread.currentThread());
                    assertThat(admission.enter(inMillis(60_000), WaitCondition.UNCONDITIONAL))
                            .isEqualTo(Outcome.INTERRUPTED);
                    return Thread.interrupted();
                },
                threads);
        await().atMost(LIMIT).until(() -> admission.waiting() == 1);
        thread.join().interrupt();

        assertThat(wait).succeedsWithin(LIMIT).isEqualTo(true);
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void whenTheLimitIsRaisedShouldAdmitWaitingThreadsAtTheNextRecheck() {
        AtomicInteger limit = new AtomicInteger(1);
        Admission admission = new Admission(limit::get);
        assertThat(admission.enter(inMillis(0), WaitCondition.UNCONDITIONAL)).isEqualTo(Outcome.ADMITTED);
        CompletableFuture<Outcome> second = waiting(admission, WaitCondition.UNCONDITIONAL);
        CompletableFuture<Outcome> third = waiting(admission, WaitCondition.UNCONDITIONAL);
        await().atMost(LIMIT).until(() -> admission.waiting() == 2);

        limit.set(3);
        admission.recheck();

        assertThat(second).succeedsWithin(LIMIT).isEqualTo(Outcome.ADMITTED);
        assertThat(third).succeedsWithin(LIMIT).isEqualTo(Outcome.ADMITTED);
    }

    @Test
    void whenTheLimitIsLoweredShouldAdmitNoThreadUntilEnoughPermitsAreReleased() {
        AtomicInteger limit = new AtomicInteger(3);
        Admission admission = new Admission(limit::get);
        for (int i = 0; i < 3; i++) {
            assertThat(admission.enter(inMillis(0), WaitCondition.UNCONDITIONAL))
                    .isEqualTo(Outcome.ADMITTED);
        }
        CompletableFuture<Outcome> waiting = waiting(admission, WaitCondition.UNCONDITIONAL);
        await().atMost(LIMIT).until(() -> admission.waiting() == 1);

        limit.set(1);
        admission.leave();
        admission.leave();
        assertThat(admission.admitted()).isOne();
        assertThat(waiting).isNotDone();

        admission.leave();
        assertThat(waiting).succeedsWithin(LIMIT).isEqualTo(Outcome.ADMITTED);
    }

    @Test
    void whenClosedShouldEndAllWaits() {
        Admission admission = exhausted();
        CompletableFuture<Outcome> waiting = waiting(admission, WaitCondition.UNCONDITIONAL);
        await().atMost(LIMIT).until(() -> admission.waiting() == 1);

        admission.close();

        assertThat(waiting).succeedsWithin(LIMIT).isEqualTo(Outcome.CLOSED);
        assertThat(admission.enter(inMillis(60_000), WaitCondition.UNCONDITIONAL))
                .isEqualTo(Outcome.CLOSED);
    }

    /** Threads enter, time out, are refused and leave concurrently: permits are neither lost nor created. */
    @RepeatedTest(5)
    @Timeout(120)
    void whenThreadsEnterAndLeaveConcurrentlyShouldNeitherLoseNorCreatePermits() throws Exception {
        int permits = 3;
        Admission admission = new Admission(() -> permits);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger maxInside = new AtomicInteger();
        Map<Outcome, AtomicInteger> outcomes = new ConcurrentHashMap<>();
        AtomicBoolean evicted = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Future<?> evicting = threads.submit(() -> {
            while (!done.get()) {
                evicted.set(true);
                admission.recheck();
                evicted.set(false);
                LockSupport.parkNanos(1);
            }
        });
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            workers.add(threads.submit(() -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int round = 0; round < 3_000; round++) {
                    WaitCondition condition = random.nextBoolean() ? evicted::get : WaitCondition.UNCONDITIONAL;
                    long wait = TimeUnit.MICROSECONDS.toNanos(random.nextInt(300));
                    Outcome outcome = admission.enter(System.nanoTime() + wait, condition);
                    outcomes.computeIfAbsent(outcome, key -> new AtomicInteger())
                            .incrementAndGet();
                    if (outcome == Outcome.ADMITTED) {
                        int now = inside.incrementAndGet();
                        maxInside.accumulateAndGet(now, Math::max);
                        if (random.nextInt(4) == 0) {
                            LockSupport.parkNanos(1);
                        }
                        inside.decrementAndGet();
                        admission.leave();
                    }
                }
            }));
        }
        for (Future<?> worker : workers) {
            worker.get(100, TimeUnit.SECONDS);
        }
        done.set(true);
        evicting.get(20, TimeUnit.SECONDS);

        assertThat(maxInside.get()).isEqualTo(permits);
        assertThat(admission.waiting()).isZero();
        assertThat(admission.admitted()).isZero();
        assertThat(outcomes).containsOnlyKeys(Outcome.ADMITTED, Outcome.TIMED_OUT, Outcome.NODE_EVICTED);
    }

    /** No thread is left waiting while a permit is free. */
    @RepeatedTest(3)
    @Timeout(120)
    void whenPermitsAreReleasedConcurrentlyShouldAdmitAllThreads() throws Exception {
        Admission admission = new Admission(() -> 1);
        List<Future<?>> workers = new ArrayList<>();
        AtomicInteger admitted = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            workers.add(threads.submit(() -> {
                for (int round = 0; round < 5_000; round++) {
                    assertThat(admission.enter(inMillis(60_000), WaitCondition.UNCONDITIONAL))
                            .isEqualTo(Outcome.ADMITTED);
                    admitted.incrementAndGet();
                    admission.leave();
                }
            }));
        }
        for (Future<?> worker : workers) {
            worker.get(50, TimeUnit.SECONDS);
        }
        assertThat(admitted).hasValue(8 * 5_000);
        assertThat(admission.admitted()).isZero();
    }

    private static Admission exhausted() {
        Admission admission = new Admission(() -> 1);
        assertThat(admission.enter(inMillis(0), WaitCondition.UNCONDITIONAL)).isEqualTo(Outcome.ADMITTED);
        return admission;
    }

    private CompletableFuture<Outcome> waiting(Admission admission, WaitCondition condition) {
        return CompletableFuture.supplyAsync(() -> admission.enter(inMillis(60_000), condition), threads);
    }

    private static long inMillis(long millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
