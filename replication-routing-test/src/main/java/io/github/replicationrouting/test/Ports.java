package io.github.replicationrouting.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final Set<Integer> TOLD = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port that nobody has, and that this was never told of before: servers take theirs later. */
    static int free() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (!TOLD.add(port)) {
                continue;
            }
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException ex) {
                // Taken: try another.
            }
        }
        throw new IllegalStateException("No free port between %d and %d".formatted(LOWEST, HIGHEST));
    }
}
