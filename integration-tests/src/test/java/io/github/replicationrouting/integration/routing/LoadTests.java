package io.github.replicationrouting.integration.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Many threads on small pools: every borrowed connection is returned, and the data is complete. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LoadTests {

    private static final int ATTEMPTS = 3;
    private static final int WORKERS = 32;
    private static final int ROUNDS = 40;

    private final JdbcDriver driver;
    private final AtomicInteger lastRun = new AtomicInteger();
    private TestRouting routing;

    LoadTests(JdbcDriver driver) {
        this.driver = driver;
    }

    @BeforeAll
    void start(ReplicatedCluster cluster) {
        cluster.recreateDatabase();
        cluster.primary()
                .execute(List.of("CREATE TABLE " + cluster.database() + ".work (run INT, worker INT, round INT,"
                        + " PRIMARY KEY (run, worker, round))"));
        cluster.awaitReplicated();
        routing = TestRouting.over(cluster, cluster.nodes(), driver, TestRouting.BUSY, 4);
        routing.awaitAllOnline();
    }

    @AfterAll
    void stop() {
        if (routing != null) {
            routing.close();
        }
    }

    @Test
    void whenPlatformThreadsLoadThePoolsNoConnectionShouldLeak() throws Exception {
        run(Executors.newFixedThreadPool(WORKERS));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void whenVirtualThreadsLoadThePoolsTheyShouldNotBePinned() throws Exception {
        run(Executors.newFixedThreadPool(WORKERS)); // loads every class
        Collection<RecordedEvent> pinned = pinned();
        // The virtual machine itself may block in any frame once, a monitor would in each run.
        for (int i = 1; i < ATTEMPTS && !pinned.isEmpty(); i++) {
            pinned = pinned();
        }
        assertThat(pinned).isEmpty();
    }

    /** Returns where virtual threads were pinned by the router. */
    private Collection<RecordedEvent> pinned() throws Exception {
        Queue<RecordedEvent> pinned = new ConcurrentLinkedQueue<>();
        try (RecordingStream events = new RecordingStream()) {
            events.enable("jdk.VirtualThreadPinned").withStackTrace();
            events.setReuse(false);
            events.onEvent("jdk.VirtualThreadPinned", pinned::add);
            events.startAsync();

            run((ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        }
        return pinned.stream().filter(LoadTests::isOfRouter).toList();
    }

    /** Asserts that the top frame blocks: in a monitor of the router, not in a driver or a class initializer. */
    private static boolean isOfRouter(RecordedEvent event) {
        return event.getStackTrace() != null
                && event.getStackTrace()
                        .getFrames()
                        .get(0)
                        .getMethod()
                        .getType()
                        .getName()
                        .startsWith("io.github.replicationrouting");
    }

    private void run(ExecutorService executor) throws Exception {
        int run = lastRun.incrementAndGet();
        List<Future<?>> workers = new ArrayList<>();
        try {
            for (int i = 0; i < WORKERS; i++) {
                int worker = i;
                workers.add(executor.submit(() -> work(run, worker)));
            }
            for (Future<?> worker : workers) {
                worker.get(2, TimeUnit.MINUTES);
            }
        } finally {
            executor.shutdownNow();
        }
        routing.awaitNothingBorrowed();
        assertThat(routing.jdbc().queryForObject("SELECT COUNT(*) FROM work WHERE run = ?", Long.class, run))
                .isEqualTo((long) WORKERS * ROUNDS);
    }

    /** A third of the transactions is rolled back and leaves no row. */
    private void work(int run, int worker) {
        for (int i = 0; i < ROUNDS; i++) {
            int round = i;
            routing.readOnly().executeWithoutResult(status -> routing.jdbc()
                    .queryForObject("SELECT COUNT(*) FROM work", Long.class));
            routing.readWrite().executeWithoutResult(status -> {
                routing.jdbc().update("INSERT INTO work VALUES (?, ?, ?)", run, worker, round);
                if (round % 3 == 0) {
                    status.setRollbackOnly();
                }
            });
            if (round % 3 == 0) {
                routing.jdbc().update("INSERT INTO work VALUES (?, ?, ?)", run, worker, round);
            }
        }
    }
}
