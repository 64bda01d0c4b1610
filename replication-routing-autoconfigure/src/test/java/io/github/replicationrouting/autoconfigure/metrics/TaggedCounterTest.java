package io.github.replicationrouting.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class TaggedCounterTest {

    private static final int THREADS = 4;
    private static final int TAG_VALUES = 500;

    private final TaggedCounter counter = new TaggedCounter("calls", "Calls", Tags.empty(), "node", "outcome");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void whenThreadsFirstCountTheSameTagsShouldCountAllAndRegisterOnce(CapturedOutput output) throws Exception {
        counter.bindTo(registry);
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Callable<Object>> work = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            work.add(() -> {
                for (int value = 0; value < TAG_VALUES; value++) {
                    barrier.await();
                    counter.increment("db1", value);
                }
                return "done";
            });
        }
        for (Future<Object> done : threads.invokeAll(work)) {
            done.get();
        }
        threads.shutdown();

        assertThat(registry.find("calls").functionCounters())
                .hasSize(TAG_VALUES)
                .extracting(FunctionCounter::count)
                .containsOnly((double) THREADS);
        assertThat(output).doesNotContain("already registered");
    }

    @Test
    void whenTagValueReturnsShouldCountFromZero() {
        counter.bindTo(registry);
        counter.increment("db1", "ok");
        counter.remove("db1");
        assertThat(registry.getMeters()).isEmpty();

        counter.increment("db1", "ok");

        assertThat(registry.get("calls").functionCounter().count()).isEqualTo(1);
    }
}
