package io.github.replicationrouting.internal.monitor.probe;

import java.util.function.Consumer;

/** Probes one node. */
public interface Prober {

    /**
     * Starts a probe and returns immediately. The result comes once, on any thread, and possibly long after the monitor
     * has stopped waiting for it.
     */
    void start(Probe probe, Consumer<ProbeResult> callback);

    /** Closes the connections to the node, without waiting for it. */
    void close();
}
