package io.github.replicationrouting.integration.selection;

import io.github.replicationrouting.test.ClusterNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** HAProxy in front of some nodes, on a loopback port: each connection to the next node in turn that accepts it. */
final class HaProxy implements AutoCloseable {

    /** The name of an authentication plug-in in the greeting, which a frozen server does not send. */
    private static final String CHECK = """
                option tcp-check
                timeout check 1s
                tcp-check connect
                tcp-check expect rbinary (6D7973716C5F6E6174697665|63616368696E675F73686132)
            """;

    private final int port;
    private final boolean checks;
    private final Path directory;
    private final Process process;

    private HaProxy(int port, boolean checks, Path directory, Process process) {
        this.port = port;
        this.checks = checks;
        this.directory = directory;
        this.process = process;
    }

    static HaProxy over(List<ClusterNode> nodes) throws IOException {
        return start(nodes, false);
    }

    /** Closes the connections of a server that does not answer. */
    static HaProxy checking(List<ClusterNode> nodes) throws IOException {
        // Each check is a connection that ends before it is authenticated.
        nodes.forEach(node -> node.executeLocally(List.of("SET GLOBAL max_connect_errors = 1000000")));
        return start(nodes, true);
    }

    private static HaProxy start(List<ClusterNode> nodes, boolean checks) throws IOException {
        requireInstalled();
        int port = freePort();
        Path directory = Files.createTempDirectory("haproxy");
        Path configuration = directory.resolve("haproxy.cfg");
        Files.writeString(configuration, configuration(port, nodes, checks));
        Process process = new ProcessBuilder("haproxy", "-W", "-f", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("haproxy.log").toFile())
                .start();
        return new HaProxy(port, checks, directory, process);
    }

    /** A broken build must not appear as a machine without HAProxy. */
    private static void requireInstalled() throws IOException {
        try {
            Process version = new ProcessBuilder("haproxy", "-v")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            version.onExit().join();
        } catch (IOException e) {
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw e;
            }
            Assumptions.abort("HAProxy is not installed: apt-get install haproxy");
        }
    }

    private static String configuration(int port, List<ClusterNode> nodes, boolean checks) {
        String option = checks ? " check inter 500ms fall 2 rise 2 on-marked-down shutdown-sessions" : "";
        String servers = nodes.stream()
                .map(node -> "    server %s %s:%d%s".formatted(node.name(), node.host(), node.port(), option))
                .collect(Collectors.joining("\n"));
        return """
                global
                    maxconn 500
                defaults
                    mode tcp
                    timeout connect 1s
                    timeout client 1h
                    timeout server 1h
                    retries 3
                    option redispatch 1
                listen readers
                    bind 127.0.0.1:%d
                    balance roundrobin
                %s%s
                """.formatted(port, checks ? CHECK : "", servers);
    }

    /** New connections lead to these nodes; open ones stay. */
    void routeTo(List<ClusterNode> nodes) throws Exception {
        Files.writeString(directory.resolve("haproxy.cfg"), configuration(port, nodes, checks));
        new ProcessBuilder("kill", "-USR2", String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        Files.deleteIfExists(directory.resolve("haproxy.cfg"));
        Files.deleteIfExists(directory.resolve("haproxy.log"));
        Files.deleteIfExists(directory);
    }
}
