package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.Kind;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A member of a Galera cluster that answers the monitor in virtual time, one millisecond after the probe. */
public final class FakeMember implements Prober {

    private static final String CLUSTER = "7f4e4a3e-0000-0000-0000-000000000001";
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    /** A little more than the timeout of the monitor, as drivers need. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofMillis(1002);

    public final String name;
    private final FakeScheduler scheduler;

    /** Id of the server; behind an endpoint that of the server which answers next. */
    public String id;

    public boolean answers = true;
    public @Nullable View view = new View(CLUSTER, 3, 3, true);
    public boolean readable = true;
    public boolean writable = true;
    public long committed = 100;
    public long writes;
    public Replication replication = new Replication.NotAsked();

    public FakeMember(String name, FakeScheduler scheduler) {
        this.name = name;
        this.id = name;
        this.scheduler = scheduler;
    }

    /** Puts it in a view of the cluster. */
    public void view(long number, int size) {
        view = new View(CLUSTER, number, size, true);
    }

    @Override
    public void start(Probe probe, Consumer<ProbeResult> answer) {
        probe.opensConnection(false);
        long sentAt = scheduler.now();
        if (answers) {
            scheduler.schedule(() -> answer.accept(answered(sentAt)), ROUND_TRIP);
        } else {
            scheduler.schedule(
                    () -> answer.accept(new ProbeResult.Failed(ProbeFailure.unanswered(SOCKET_TIMEOUT))),
                    SOCKET_TIMEOUT);
        }
    }

    private ProbeResult answered(long sentAt) {
        Observation observation = new Observation("MariaDB 11.8", id, false, false, null, null)
                .withGroup(
                        new GroupMembership(
                                Kind.GALERA,
                                "a state",
                                view,
                                readable,
                                writable,
                                readable ? writable ? null : "is desynced" : "is not in the primary component",
                                false,
                                name,
                                0,
                                writes,
                                null),
                        GaleraPosition.of(CLUSTER, committed));
        return new ProbeResult.Answered(sentAt, observation, replication);
    }

    @Override
    public void close() {}
}
