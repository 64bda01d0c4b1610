package io.github.replicationrouting.test.internal.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Cleans up after a cluster of processes even when this JVM is killed.
 *
 * <p>It is a shell that reads from a pipe which this JVM holds. When the pipe ends, on {@link #close()} or because the
 * JVM has ended, it kills the processes of the last line that it read and removes the directory. It ignores the
 * terminal's signals, so it also survives a Ctrl-C.
 */
public final class Watchdog implements AutoCloseable {

    private static final String SCRIPT = """
            trap '' INT TERM HUP
            pids=
            while read -r line; do pids=$line; done
            [ -z "$pids" ] || kill -9 $pids 2>/dev/null
            i=0
            while [ $i -lt 50 ] && ! rm -rf -- "$1" 2>/dev/null; do i=$((i + 1)); sleep 0.1; done
            """;

    private final Process shell;

    private final Writer pipe;

    private final Set<Long> pids = new TreeSet<>();

    public Watchdog(Path directory) {
        try {
            shell = new ProcessBuilder("sh", "-c", SCRIPT, "watchdog", directory.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        pipe = shell.outputWriter(StandardCharsets.US_ASCII);
    }

    synchronized void add(long pid) {
        pids.add(pid);
        sendPids();
    }

    synchronized void remove(long pid) {
        pids.remove(pid);
        sendPids();
    }

    private void sendPids() {
        var line = new StringBuilder();
        pids.forEach(pid -> line.append(pid).append(' '));
        try {
            pipe.append(line).append('\n').flush();
        } catch (IOException ex) {
            throw new UncheckedIOException("The watchdog of the cluster's processes has ended", ex);
        }
    }

    /** Kills the remaining processes and removes the directory; returns when that is done. */
    @Override
    public void close() {
        try {
            pipe.close();
            if (!shell.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The watchdog of the cluster's processes does not end");
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
