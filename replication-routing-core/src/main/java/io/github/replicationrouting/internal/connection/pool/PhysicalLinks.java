package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.internal.driver.PhysicalLink;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The links of all connections of one node: those being opened, idle, in use and being closed. Thread-safe. */
final class PhysicalLinks {

    private final Executor background;
    private final Set<PhysicalLink> open = ConcurrentHashMap.newKeySet();

    /** @param background runs what may block, each task on a thread of its own */
    PhysicalLinks(Executor background) {
        this.background = background;
    }

    /** Creates the link of a connection that is about to be opened. */
    PhysicalLink create() {
        PhysicalLink link = new PhysicalLink(background, open::remove);
        open.add(link);
        return link;
    }

    /** Closes all sockets but those of work that must not be interrupted; returns how many. */
    int closeSocketsOfReads() {
        int closed = 0;
        for (PhysicalLink link : open) {
            if (link.closeSocket()) {
                closed++;
            }
        }
        return closed;
    }

    /** Closes all sockets; returns how many. */
    int closeAllSockets() {
        int closed = 0;
        for (PhysicalLink link : open) {
            if (link.forceCloseSocket()) {
                closed++;
            }
        }
        return closed;
    }

    /** Closes all sockets but those of idle connections. */
    void closeSocketsInUse() {
        for (PhysicalLink link : open) {
            if (!link.isIdle()) {
                link.forceCloseSocket();
            }
        }
    }

    /** Has all connections validated before they are used again, because one was lost. */
    void requireValidation() {
        open.forEach(PhysicalLink::requireValidation);
    }
}
