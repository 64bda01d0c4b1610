package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.task.AsyncTaskExecutor;

/**
 * Many more threads than connections, in Spring Boot's own executor: platform threads, or virtual ones if available.
 */
@OnStacks(
        value = {Stack.MYSQL, Stack.MARIADB},
        withEachTransactionManager = true)
class LoadIT {

    private static final int TASKS = 40;
    private static final int ROUNDS = 25;

    private final Stack stack;
    private final Class<?> configuration;
    private final Applications applications;

    LoadIT(Stack stack, Class<?> configuration, Applications applications) {
        this.stack = stack;
        this.configuration = configuration;
        this.applications = applications;
    }

    @Test
    void whenPlatformThreadsLoadThePoolsNoConnectionShouldLeak() throws Exception {
        try (TestApplication app = applications.start(
                stack, configuration, TestApplication.PATIENT, "spring.task.execution.pool.core-size=" + TASKS)) {
            load(app, false);
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void whenVirtualThreadsLoadThePoolsNoConnectionShouldLeak() throws Exception {
        try (TestApplication app = applications.start(
                stack, configuration, TestApplication.PATIENT, "spring.threads.virtual.enabled=true")) {
            load(app, true);
        }
    }

    /** Before JDK 24 a virtual thread that waits in a monitor pins its carrier, also in the drivers. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void whenVirtualThreadsLoadThePoolsNoCarrierShouldBePinned(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("pinned.jfr");
        try (Recording recording = new Recording();
                TestApplication app = applications.start(
                        stack, configuration, TestApplication.PATIENT, "spring.threads.virtual.enabled=true")) {
            recording.enable("jdk.VirtualThreadPinned").withStackTrace().withThreshold(Duration.ofMillis(1));
            recording.start();
            load(app, true);
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file)).noneMatch(LoadIT::isOfRouter);
    }

    private static boolean isOfRouter(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        return stack != null
                && stack.getFrames().stream().anyMatch(frame -> frame.getMethod()
                        .getType()
                        .getName()
                        .startsWith("io.github.replicationrouting.internal.connection"));
    }

    private static void load(TestApplication app, boolean virtual) throws Exception {
        app.awaitAllEligible();
        String author = UUID.randomUUID().toString();
        AsyncTaskExecutor threads = app.context().getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
        List<Future<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            tasks.add(threads.submit(() -> {
                assertThat(isVirtual(Thread.currentThread())).isEqualTo(virtual);
                return mixedTransactions(app, author);
            }));
        }
        int written = 0;
        for (Future<Integer> task : tasks) {
            written += task.get(60, TimeUnit.SECONDS);
        }
        app.awaitNothingHeld();
        assertThat(app.countAuthorsOnPrimary(author)).isEqualTo(written);
        app.awaitNothingHeld();
    }

    /** Returns how many rows it wrote. */
    private static int mixedTransactions(TestApplication app, String author) {
        Transactions transactions = app.transactions();
        int written = 0;
        for (int i = 0; i < ROUNDS; i++) {
            switch (ThreadLocalRandom.current().nextInt(5)) {
                case 0 -> {
                    transactions.write(() -> {
                        app.insertAuthor(author);
                        return assertThat(app.node()).isEqualTo(app.primary());
                    });
                    written++;
                }
                case 1 -> {
                    transactions.readOnly(() -> {
                        assertThat(app.node()).isIn(app.replicas());
                        return transactions.newWrite(() -> {
                            app.insertAuthor(author);
                            return assertThat(app.node()).isEqualTo(app.primary());
                        });
                    });
                    written++;
                }
                case 2 -> assertThat(app.node()).isEqualTo(app.primary());
                case 3 -> refusedWrite(app, author);
                default -> assertThat(transactions.<String>readOnly(app::node)).isIn(app.replicas());
            }
        }
        return written;
    }

    private static void refusedWrite(TestApplication app, String author) {
        assertThatThrownBy(() -> app.transactions().readOnly(() -> {
                    app.insertAuthor(author);
                    return null;
                }))
                .hasStackTraceContaining("A write in a read-only transaction");
    }

    private static boolean isVirtual(Thread thread) throws ReflectiveOperationException {
        return Runtime.version().feature() >= 21
                && (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
    }
}
