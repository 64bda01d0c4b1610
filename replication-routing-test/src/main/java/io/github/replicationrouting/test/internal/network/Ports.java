package io.github.replicationrouting.test.internal.network;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports on the loopback interface.
 */
public final class Ports {

    // Below the range from which systems take the local ports of outgoing connections: a server that was killed
    // must find its port free when it restarts.
    private static final int MIN_PORT = 15000;

    private static final int MAX_PORT = 30000;

    private static final int MAX_ATTEMPTS = 100;

    /** UDP ports held until this process ends: a TCP port is reserved while its UDP port is bound. */
    private static final Queue<DatagramSocket> CLAIMS = new ConcurrentLinkedQueue<>();

    private Ports() {}

    /** Returns a free TCP port and reserves it against other processes until the server binds it. */
    public static int free() {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT);
            if (claim(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No free port between %d and %d".formatted(MIN_PORT, MAX_PORT));
    }

    private static boolean claim(int port) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket probe = new ServerSocket(port, 1, loopback)) {
            CLAIMS.add(new DatagramSocket(probe.getLocalPort(), loopback));
            return true;
        } catch (IOException ex) {
            return false;
        }
    }
}
