package io.github.replicationrouting.test;

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
final class Ports {

    // Below the range from which systems take the local ports of outgoing connections: a server that was killed
    // must find its port free when it comes back.
    private static final int LOWEST = 15000;

    private static final int HIGHEST = 30000;

    private static final int ATTEMPTS = 100;

    /** UDP ports held until this process ends: a TCP port is reserved while its UDP port is bound. */
    private static final Queue<DatagramSocket> CLAIMS = new ConcurrentLinkedQueue<>();

    private Ports() {}

    /** Returns a free TCP port and reserves it against other processes until the server binds it. */
    static int free() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (claim(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No free port between %d and %d".formatted(LOWEST, HIGHEST));
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
