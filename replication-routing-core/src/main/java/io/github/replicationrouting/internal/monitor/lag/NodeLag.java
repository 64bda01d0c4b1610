package io.github.replicationrouting.internal.monitor.lag;

import io.github.replicationrouting.position.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The lag of one node. Changed by the lag meter alone. */
public final class NodeLag {

    private final EndpointLag servers = new EndpointLag();
    private final LagTrend trend;
    private Lag newest = new Lag.Unknown("not probed yet");

    /** What it had executed when its source turned out to lack part of it; null while its source has everything. */
    private @Nullable Position ahead;

    public NodeLag(Duration maxLag) {
        this.trend = new LagTrend(maxLag);
    }

    /** Takes in the lag that the newest answer shows. */
    public void measured(Lag lag) {
        newest = lag;
    }

    /** Takes in the lag that one of the servers behind an endpoint shows. */
    public void measured(Lag lag, String server, long at) {
        newest = servers.sampled(server, lag, at);
    }

    public void ahead(@Nullable Position executed) {
        ahead = executed;
    }

    public Lag newest() {
        return newest;
    }

    /** The upper bound of the lag; null where it is not known. */
    public @Nullable Duration bound() {
        return newest.bound();
    }

    /** Whether it contains what its source has lost, so that its position proves nothing. */
    public boolean isAhead() {
        return ahead != null;
    }

    /** What it had executed when its source turned out to lack part of it; null while its source has everything. */
    public @Nullable Position aheadAt() {
        return ahead;
    }

    public LagTrend trend() {
        return trend;
    }
}
