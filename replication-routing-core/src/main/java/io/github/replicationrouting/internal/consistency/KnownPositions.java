package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Positions that replicas reported besides their probes, when a read waited on them: newer than the last probe. Also
 * remembers on which nodes a wait timed out, so that not every read waits there. Thread-safe, without a lock for
 * readers.
 */
public final class KnownPositions {

    private final long pauseNanos;
    private final ConcurrentMap<Node, Position> reached = new ConcurrentHashMap<>();
    private final ConcurrentMap<Node, Long> timedOutAt = new ConcurrentHashMap<>();

    /**
     * Creates an empty instance.
     *
     * @param pause time for which no read waits on a node after a wait that timed out
     */
    public KnownPositions(Duration pause) {
        this.pauseNanos = pause.toNanos();
    }

    /** Returns the position that a node is known to have reached, null for none. */
    @Nullable
    public Position of(Node node) {
        return reached.get(node);
    }

    /**
     * Records the position that a replica has reported. Of two positions the one that contains the other is kept, else
     * the newer one.
     */
    public void reached(Node node, Position position) {
        timedOutAt.remove(node);
        reached.merge(node, position, (before, now) -> before.contains(now) ? before : now);
    }

    void waitTimedOut(Node node, long now) {
        timedOutAt.put(node, now);
    }

    boolean isWorthWaiting(Node node, long now) {
        Long timedOut = timedOutAt.get(node);
        return timedOut == null || now - timedOut > pauseNanos;
    }

    /** Forgets a node: one that changed its role, was restored or left may contain less than before. */
    public void forget(Node node) {
        reached.remove(node);
        timedOutAt.remove(node);
    }
}
