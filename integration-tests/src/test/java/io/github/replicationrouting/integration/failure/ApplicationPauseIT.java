package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A pause of the application is not attributed to its servers: no node is evicted, no read is aborted. */
@TestInstance(Lifecycle.PER_CLASS)
class ApplicationPauseIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long PAUSE_SECONDS = 5;
    private static final int SOME_ROUNDS = 30;

    private final List<String> printed = new CopyOnWriteArrayList<>();
    private ReplicatedCluster cluster;
    private Process application;

    @BeforeAll
    void startCluster() {
        cluster = ReplicatedCluster.of(ClusterKind.MARIADB).replicas(2).start();
    }

    @AfterAll
    void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void startApplication() throws IOException {
        cluster.heal();
        printed.clear();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ApplicationProcess.class.getName(),
                cluster.username(),
                cluster.password()));
        for (ClusterNode node : cluster.nodes()) {
            command.add(node.jdbcUrl(JdbcDriver.MARIADB));
        }
        application = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(this::readOutput, "application-output");
        reader.setDaemon(true);
        reader.start();
        await("the application is ready").atMost(LIMIT).until(() -> printed.contains("ready"));
        awaitMoreAnswers();
    }

    @AfterEach
    void stopApplication() {
        application.destroyForcibly();
    }

    private void readOutput() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(application.getInputStream(), StandardCharsets.UTF_8))) {
            output.lines().forEach(printed::add);
        } catch (IOException | UncheckedIOException e) {
            printed.add("failed " + e);
        }
    }

    @Test
    void whenTheProcessIsStoppedForSecondsShouldEvictAndAbortNothing() throws Exception {
        int before = printed.size();
        for (int i = 0; i < 3; i++) {
            signal("STOP");
            // The length of the fault itself.
            TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
            signal("CONT");
            awaitMoreAnswers();
        }
        assertNothingHappenedSince(before);
        assertSeesAFrozenNode();
    }

    @Test
    void whenTheProcessHasATenthOfAProcessorShouldEvictAndAbortNothing() throws Exception {
        Path group = Rationed.group();
        assumeTrue(group != null, "no control group can be made here");
        try {
            int before = printed.size();
            Rationed.move(application.pid(), group);
            application.getOutputStream().write("busy\n".getBytes(StandardCharsets.UTF_8));
            application.getOutputStream().flush();
            await("the application is busy").atMost(LIMIT).until(() -> printed.contains("busy"));
            awaitMoreAnswers();
            awaitMoreAnswers();
            assertNothingHappenedSince(before);
        } finally {
            application.destroyForcibly().waitFor();
            Rationed.remove(group);
        }
    }

    /** Without any detection the other tests could not fail. */
    private void assertSeesAFrozenNode() {
        cluster.node("db2").freeze();
        await("the frozen node is down").atMost(LIMIT).until(() -> printed.stream()
                .anyMatch(line -> line.startsWith("state db2 DOWN")));
    }

    private void assertNothingHappenedSince(int before) {
        assertThat(printed.stream().skip(before).toList())
                .filteredOn(
                        line -> line.startsWith("state ") || line.startsWith("primary ") || line.startsWith("failed "))
                .isEmpty();
    }

    private void awaitMoreAnswers() {
        int before = answers();
        await("probes are answered").atMost(LIMIT).until(() -> answers() >= before + SOME_ROUNDS);
    }

    private int answers() {
        return printed.stream()
                .filter(line -> line.startsWith("answers "))
                .mapToInt(line -> Integer.parseInt(line.substring("answers ".length())))
                .max()
                .orElse(0);
    }

    private void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + application.pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** A control group with ten milliseconds of processor time in a hundred. */
    private static final class Rationed {

        private static final Path ROOT = Path.of("/sys/fs/cgroup");

        static Path group() {
            String name = "replication-routing-test-" + ProcessHandle.current().pid();
            try {
                if (Files.isDirectory(ROOT.resolve("cpu"))) {
                    Path group = Files.createDirectory(ROOT.resolve("cpu").resolve(name));
                    Files.writeString(group.resolve("cpu.cfs_period_us"), "100000");
                    Files.writeString(group.resolve("cpu.cfs_quota_us"), "10000");
                    return group;
                }
                Path group = Files.createDirectory(ROOT.resolve(name));
                Files.writeString(group.resolve("cpu.max"), "10000 100000");
                return group;
            } catch (IOException e) {
                return null;
            }
        }

        static void move(long pid, Path group) throws IOException {
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid));
        }

        static void remove(Path group) throws IOException {
            Files.deleteIfExists(group);
        }
    }
}
