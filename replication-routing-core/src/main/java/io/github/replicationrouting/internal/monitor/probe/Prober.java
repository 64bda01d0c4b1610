package io.github.replicationrouting.internal.monitor.probe;

import java.util.function.Consumer;

/** Looks at one node. */
public interface Prober {

    /**
     * Starts a probe and returns at once. The answer comes once, on any thread, and possibly much later than the
     * monitor cares for it.
     */
    void start(Probe probe, Consumer<ProbeResult> answer);

    /** Lets go of the node, without waiting for it. */
    void close();
}
