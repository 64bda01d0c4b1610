package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.internal.driver.PhysicalLink;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The wires of all connections of one node: being opened, idle, in use, being closed. Thread-safe. */
final class PhysicalLinks {

    private final Executor background;
    private final Set<PhysicalLink> open = ConcurrentHashMap.newKeySet();

    /** @param background runs what may block, each task on a thread of its own */
    PhysicalLinks(Executor background) {
        this.background = background;
    }

    /** The wire of a connection that is about to be opened. */
    PhysicalLink create() {
        PhysicalLink wire = new PhysicalLink(background, open::remove);
        open.add(wire);
        return wire;
    }

    /** Cuts all but those whose work must not be interrupted; tells how many. */
    int cut() {
        int cut = 0;
        for (PhysicalLink wire : open) {
            if (wire.closeSocket()) {
                cut++;
            }
        }
        return cut;
    }

    /** Cuts all; tells how many. */
    int sever() {
        int cut = 0;
        for (PhysicalLink wire : open) {
            if (wire.forceCloseSocket()) {
                cut++;
            }
        }
        return cut;
    }

    /** Cuts all but those of idle connections. */
    void severBusy() {
        for (PhysicalLink wire : open) {
            if (!wire.isIdle()) {
                wire.forceCloseSocket();
            }
        }
    }

    /** One connection was lost; the others are tried before they are used again. */
    void doubt() {
        open.forEach(PhysicalLink::requireValidation);
    }

    int size() {
        return open.size();
    }
}
