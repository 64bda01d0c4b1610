package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * No process and no file of a cluster remains, not even when its JVM is killed.
 */
@Tag("essential")
class ClusterCleanupIT {

    @Test
    void whenAClusterIsClosedNoProcessOrFileShouldRemain() {
        // Other tests of this JVM may have clusters of their own.
        List<Leftover> others = servers(ProcessHandle.current());
        List<Leftover> servers;
        try (ReplicatedCluster cluster = ReplicatedCluster.mariaDb().replicas(1).start()) {
            servers = servers(ProcessHandle.current());
            servers.removeAll(others);
            assertThat(servers).hasSize(2);
            cluster.node("db2").freeze();
        }
        assertThat(servers).noneMatch(Leftover::remains);
    }

    @Test
    void whenTheJvmIsKilledItsClusterShouldEnd() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output = jvm.inputReader()) {
            assertThat(output.lines().anyMatch(Starter.STARTED::equals)).isTrue();
            List<Leftover> servers = servers(jvm.toHandle());
            assertThat(servers).hasSize(2).allMatch(Leftover::remains);
            jvm.destroyForcibly().waitFor();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(servers).noneMatch(Leftover::remains));
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static List<Leftover> servers(ProcessHandle of) {
        List<Leftover> servers = new ArrayList<>();
        of.children().forEach(process -> {
            for (String argument : process.info().arguments().orElse(new String[0])) {
                if (argument.startsWith("--datadir=")) {
                    Path data = Path.of(argument.substring("--datadir=".length()));
                    servers.add(new Leftover(process, data.getParent().getParent()));
                }
            }
        });
        return servers;
    }

    private record Leftover(ProcessHandle process, Path directory) {

        boolean remains() {
            return process.isAlive() || Files.exists(directory);
        }
    }

    /** Starts a cluster and waits until it is killed. */
    static final class Starter {

        static final String STARTED = "started";

        private Starter() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (ReplicatedCluster cluster =
                    ReplicatedCluster.mariaDb().replicas(1).start()) {
                System.out.println(STARTED);
                Thread.currentThread().join();
            }
        }
    }
}
