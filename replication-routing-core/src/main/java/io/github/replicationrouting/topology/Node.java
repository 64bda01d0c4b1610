package io.github.replicationrouting.topology;

import io.github.replicationrouting.internal.time.PeakEwma;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node with its live load. One instance per node for the lifetime of a router; snapshots refer to it. Thread-safe.
 */
public final class Node {

    private final NodeSpec spec;
    private final AtomicInteger inFlight = new AtomicInteger();
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

    /** Returns how long its statements take, as applications see it; never how long transactions hold a connection. */
    public PeakEwma statementTime() {
        return statementTime;
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
