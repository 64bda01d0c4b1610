package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What replicas told when somebody waited on them: newer than their last probe. Also remembers where waiting was in
 * vain, so that not everybody tries. Thread-safe, without a lock for readers.
 */
public final class KnownPositions {

    private final long pause;
    private final ConcurrentMap<Node, Position> reached = new ConcurrentHashMap<>();
    private final ConcurrentMap<Node, Long> inVainAt = new ConcurrentHashMap<>();

    /** @param pause for so long nobody waits on a node after a wait in vain */
    public KnownPositions(Duration pause) {
        this.pause = pause.toNanos();
    }

    @Nullable
    public Position of(Node node) {
        return reached.get(node);
    }

    /** A replica has said how far it is. Of two answers the one that contains the other is kept, else the newer. */
    public void reached(Node node, Position position) {
        inVainAt.remove(node);
        reached.merge(node, position, (before, now) -> before.contains(now) ? before : now);
    }

    void waitedInVain(Node node, long now) {
        inVainAt.put(node, now);
    }

    boolean isWorthWaiting(Node node, long now) {
        Long inVain = inVainAt.get(node);
        return inVain == null || now - inVain > pause;
    }

    /** A node that became something else, was restored or left may have less than it had. */
    public void forget(Node node) {
        reached.remove(node);
        inVainAt.remove(node);
    }
}
