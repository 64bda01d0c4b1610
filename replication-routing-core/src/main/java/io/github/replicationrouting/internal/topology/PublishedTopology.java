package io.github.replicationrouting.internal.topology;

import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest snapshot, and the threads that wait for a newer one. Reading is one volatile read; only publishing and
 * waiting take the lock, and hold it for a moment only. Thread-safe; waiting does not pin a virtual thread.
 */
public final class PublishedTopology {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private volatile TopologySnapshot snapshot;
    private volatile boolean closed;

    public PublishedTopology(TopologySnapshot first) {
        this.snapshot = first;
    }

    public TopologySnapshot snapshot() {
        return snapshot;
    }

    /** Replaces the snapshot and wakes all threads that wait for a new one. */
    public void publish(TopologySnapshot next) {
        lock.lock();
        try {
            snapshot = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link Topology#awaitChange}. */
    public TopologySnapshot awaitChange(TopologySnapshot seen, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (snapshot == seen && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return snapshot;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waits, because nothing more will be published. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
