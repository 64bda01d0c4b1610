package io.github.replicationrouting.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
    private final PeakEwma average = new PeakEwma(now::get);

    @Test
    void whenThereIsNoSampleShouldBeZero() {
        assertThat(average.nanos()).isZero();
    }

    @Test
    void whenASampleIsHigherShouldRiseImmediately() {
        add(1);
        add(8);

        assertThat(average.nanos()).isEqualTo(millis(8));
    }

    @Test
    void whenASampleIsLowerShouldFallByTheElapsedTime() {
        add(8);
        add(1);
        assertThat(average.nanos()).isEqualTo(millis(8));

        pass(Duration.ofSeconds(10));
        add(1);

        assertThat(average.nanos()).isCloseTo(millis(1) + millis(7) / Math.E, within(1.0));
    }

    @Test
    void whenThereAreNoFurtherSamplesShouldDecay() {
        add(8);

        pass(Duration.ofSeconds(30));

        assertThat(average.nanos()).isCloseTo(millis(8) / Math.exp(3), within(1.0));
    }

    @Test
    void whenASampleIsMuchHigherShouldRiseTenfoldAtMost() {
        add(2);
        add(60_000);
        assertThat(average.nanos()).isEqualTo(millis(20));

        add(60_000);
        assertThat(average.nanos()).isEqualTo(millis(200));
    }

    @Test
    void whenTheFirstSampleIsHighShouldRiseToTenMillisecondsAtMost() {
        add(60_000);

        assertThat(average.nanos()).isEqualTo(millis(10));
    }

    @Test
    void whenThreadsAddConcurrentlyShouldKeepThePeak() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        CountDownLatch go = new CountDownLatch(1);
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.execute(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < 10_000; i++) {
                    add(thread == 3 && i == 5_000 ? 9 : 1);
                }
            });
        }
        go.countDown();
        threads.shutdown();

        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(average.nanos()).isEqualTo(millis(9));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void add(long millis) {
        average.add(Duration.ofMillis(millis).toNanos());
    }

    private static double millis(double millis) {
        return millis * 1e6;
    }
}
