package io.github.replicationrouting.test.internal.server;

import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.network.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One {@code mariadbd} on the loopback interface.
 */
public final class MariaDbServer implements Server {

    private static final int LOG_LINES = 30;

    private final MariaDbBinaries binaries;

    private final Path data;

    private final Path log;

    private final InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", Ports.free());

    private final List<String> options;

    private final Watchdog watchdog;

    private @Nullable Process process;

    /**
     * @param directory the directory for everything that the server writes; the watchdog removes it
     */
    public MariaDbServer(MariaDbBinaries binaries, Path directory, int id, List<String> arguments, Watchdog watchdog) {
        this.binaries = binaries;
        this.data = directory.resolve("data");
        this.log = directory.resolve("server.log");
        this.watchdog = watchdog;
        this.options = new ArrayList<>(List.of(
                "--bind-address=127.0.0.1",
                "--port=" + address.getPort(),
                // Relative to the data directory: the path of a socket may have 107 characters only.
                "--socket=server.sock",
                // Not shared: a server that starts removes every temporary table that it finds there.
                "--tmpdir=" + directory,
                "--skip-name-resolve",
                "--skip-ssl",
                "--performance-schema=OFF",
                "--max-connections=500",
                "--server-id=" + id,
                "--log-bin=binlog",
                "--log-slave-updates=ON",
                "--log-bin-trust-function-creators=ON",
                "--relay-log=relay",
                "--relay-log-recovery=ON",
                "--gtid-strict-mode=ON",
                "--slave-net-timeout=5",
                // What a killed process has written stays in the system's cache: no flush is needed.
                "--innodb-flush-log-at-trx-commit=2",
                "--sync-binlog=0"));
        this.options.addAll(arguments);
    }

    @Override
    public synchronized void start(boolean readOnly) {
        try {
            if (!Files.isDirectory(data)) {
                Files.createDirectories(data.getParent());
                binaries.copyDataTo(data);
            }
            List<String> command = new ArrayList<>(binaries.command(data));
            command.addAll(options);
            command.add("--read-only=" + (readOnly ? "ON" : "OFF"));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            watchdog.add(process.pid());
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public synchronized void kill() {
        end(Process::destroyForcibly);
    }

    @Override
    public synchronized void shutDown() {
        end(Process::destroy);
    }

    private void end(Consumer<Process> signal) {
        Process running = process;
        if (running == null) {
            return;
        }
        signal.accept(running);
        try {
            if (!running.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("mariadbd does not end");
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        watchdog.remove(running.pid());
        process = null;
    }

    @Override
    public synchronized void freeze() {
        Process running = signal("STOP");
        // The signal reaches the threads of the process one by one.
        Await.until(Duration.ofSeconds(10), "every thread is stopped", this::log, () -> isStopped(running.pid()));
    }

    private static boolean isStopped(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = stat(thread);
                // The name before the state may contain anything, but only the state follows its last parenthesis.
                if (!stat.substring(stat.lastIndexOf(')')).startsWith(") T")) {
                    return false;
                }
            }
            return true;
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns the state of a thread; one that has ended meanwhile counts as stopped. */
    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (IOException ex) {
            if (Files.exists(thread)) {
                throw ex;
            }
            return ") T";
        }
    }

    @Override
    public void thaw() {
        signal("CONT");
    }

    private synchronized Process signal(String name) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("The server does not run");
        }
        try {
            Process shell = new ProcessBuilder("sh", "-c", "kill -" + name + " " + running.pid()).start();
            if (shell.waitFor() != 0) {
                throw new IllegalStateException("Cannot send SIG" + name);
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        return running;
    }

    @Override
    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public InetSocketAddress peerAddress() {
        return address;
    }

    @Override
    public String log() {
        try {
            List<String> lines =
                    Files.readString(log, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException ex) {
            return "no log: " + ex.getMessage();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
