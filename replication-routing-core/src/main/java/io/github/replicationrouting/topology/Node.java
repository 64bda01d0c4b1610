package io.github.replicationrouting.topology;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A node with its live load. One instance per node for the lifetime of a router; snapshots refer to it. Thread-safe.
 */
public final class Node {

    private final NodeSpec spec;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder conflicts = new LongAdder();
    private final PeakEwma statementTime = new PeakEwma(System::nanoTime);

    public Node(NodeSpec spec) {
        this.spec = spec;
    }

    public NodeSpec spec() {
        return spec;
    }

    public String name() {
        return spec.name();
    }

    /** Returns the number of connections of this node that transactions hold or wait for now. */
    public int inFlight() {
        return inFlight.get();
    }

    /**
     * Returns the peak EWMA of the time that its statements take, in nanoseconds; 0 before the first statement. The
     * time that a transaction holds a connection does not count.
     */
    public double statementNanos() {
        return statementTime.nanos();
    }

    /** Records how long a statement took, in nanoseconds. */
    public void recordStatement(long nanos) {
        statementTime.add(nanos);
    }

    /** Returns how many transactions and statements this node has rolled back because of a conflict. */
    public long conflicts() {
        return conflicts.sum();
    }

    /** Records that this node rolled work back because of a conflict. */
    public void recordConflict() {
        conflicts.increment();
    }

    /** Counts a use of this node; each needs one {@link #release()}. */
    public void acquire() {
        inFlight.incrementAndGet();
    }

    /** Ends a use. */
    public void release() {
        inFlight.decrementAndGet();
    }

    @Override
    public String toString() {
        return spec.name();
    }
}
