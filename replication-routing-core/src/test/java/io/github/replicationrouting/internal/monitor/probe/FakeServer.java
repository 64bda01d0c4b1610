package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.spi.WriterSettings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server that answers the monitor in virtual time, one millisecond after the probe. */
public final class FakeServer implements Prober {

    private static final Duration ROUND_TRIP = Duration.ofMillis(1);
    /** A little more than the timeout of the monitor, as drivers need. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofMillis(1002);

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    public enum Condition {
        HEALTHY,
        FROZEN,
        /** Does not answer, and the driver does not notice. */
        SILENT,
        REFUSING,
        OVERLOADED,
        DENYING,
        /** Answers with role and position, but the second statement hangs. */
        HANGING_STATUS,
        BROKEN
    }

    public final String name;
    private final FakeScheduler scheduler;
    private boolean connected;

    /** Id of another server to which the name leads; null for its own. */
    @Nullable
    public String id;

    public Condition condition = Condition.HEALTHY;
    public boolean readOnly;
    public boolean offline;

    @Nullable
    public Boolean semiSynchronous;

    /** When its process started: long ago, unless a test restarts it. */
    private long startedAt;

    public boolean granted = true;
    public boolean gtids = true;

    /** Binary log file of a server without GTIDs, whose number of transactions is its offset. */
    @Nullable
    public String log;

    public long executed = 1;

    /** How many more transactions are in its log, and not committed yet. */
    public long committing;

    /** Further transactions, such as errant ones. */
    public String extra = "";

    public long uptimeError;

    @Nullable
    public FakeServer source;

    public Receiver receiver = Receiver.ON;
    public boolean applying = true;

    @Nullable
    public Duration behind = Duration.ZERO;

    public int errorCode;

    @Nullable
    public WriterSettings writerSettings;

    public final List<Duration> probedAt = new ArrayList<>();
    public int replicationQueries;
    public int connections;
    public boolean closed;

    public FakeServer(String name, FakeScheduler scheduler) {
        this.name = name;
        this.scheduler = scheduler;
        this.startedAt = scheduler.now() - Duration.ofDays(1).toNanos();
    }

    /** Restarts its process: its connections are lost. */
    public void restart() {
        startedAt = scheduler.now();
        connected = false;
        condition = Condition.HEALTHY;
    }

    /** Returns the id; that of db1 is the UUID of all transactions. */
    private String id() {
        return id == null ? name.equals("db1") ? UUID : "id-" + name : id;
    }

    public void replicate(FakeServer from) {
        source = from;
        readOnly = true;
        executed = from.executed;
    }

    @Override
    public void start(Probe probe, Consumer<ProbeResult> answer) {
        probedAt.add(scheduler.elapsed());
        probe.opensConnection(!connected);
        switch (condition) {
            case SILENT -> {}
            case FROZEN ->
                scheduler.schedule(
                        () -> answer.accept(new ProbeResult.Failed(ProbeFailure.unanswered(SOCKET_TIMEOUT))),
                        SOCKET_TIMEOUT);
            case REFUSING -> fail(ProbeFailure.Kind.UNREACHABLE, "connection refused", answer);
            case OVERLOADED -> fail(ProbeFailure.Kind.OVERLOADED, "too many connections", answer);
            case DENYING -> fail(ProbeFailure.Kind.MISCONFIGURED, "access denied", answer);
            case BROKEN -> throw new AssertionError("a prober that is broken");
            case HEALTHY, HANGING_STATUS -> observe(probe, answer);
        }
    }

    private void fail(ProbeFailure.Kind kind, String reason, Consumer<ProbeResult> answer) {
        connected = false;
        later(() -> answer.accept(new ProbeResult.Failed(new ProbeFailure(kind, reason))));
    }

    private void observe(Probe probe, Consumer<ProbeResult> answer) {
        long sentAt = scheduler.now();
        long startedBefore = startedAt;
        boolean isNew = !connected;
        boolean asksReplication = probe.asksReplication(isNew || probe.renewsConnection());
        if (!connected || probe.renewsConnection()) {
            connections++;
            connected = true;
        }
        replicationQueries += asksReplication ? 1 : 0;
        Condition conditionAtStart = condition;
        later(() -> {
            if (startedAt != startedBefore) {
                fail(ProbeFailure.Kind.UNREACHABLE, "connection lost", answer);
                return;
            }
            Position position =
                    gtids ? (extra.isEmpty() ? upTo(executed) : upTo(executed).union(GtidSet.parse(extra))) : null;
            Position written = gtids || readOnly || !granted ? position : binlogPositionIn(this);
            Observation observation = new Observation("MySQL 9.7.4", id(), readOnly, offline, written, position)
                    .withSemiSynchronous(semiSynchronous);
            if (committing > 0) {
                observation = observation.withCommitting(
                        GtidSet.parse(UUID + ":" + (executed + 1) + "-" + (executed + committing)));
            }
            if (isNew) {
                Duration running = Duration.ofNanos(scheduler.now() - startedAt);
                observation = observation.withUptime(
                        running.truncatedTo(ChronoUnit.SECONDS).plusSeconds(uptimeError));
            }
            if (asksReplication && conditionAtStart == Condition.HANGING_STATUS) {
                connected = false;
                ProbeResult.Answered first = new ProbeResult.Answered(sentAt, observation, new Replication.NotAsked());
                probe.firstPart(first);
                scheduler.schedule(() -> answer.accept(first), SOCKET_TIMEOUT);
                return;
            }
            answer.accept(new ProbeResult.Answered(
                    sentAt,
                    observation,
                    asksReplication ? replication() : new Replication.NotAsked(),
                    isNew ? writerSettings : null));
        });
    }

    private Replication replication() {
        if (!granted) {
            return new Replication.NotPermitted("GRANT REPLICATION CLIENT ON *.* TO 'm'@'%'");
        }
        FakeServer from = source;
        return new Replication.Channels(
                from == null
                        ? List.of()
                        : List.of(new ReplicationChannel(
                                "",
                                from.name,
                                3306,
                                from.id(),
                                gtids ? null : binlogPositionIn(from),
                                receiver,
                                applying,
                                behind,
                                Duration.ZERO,
                                errorCode)));
    }

    private @Nullable BinlogPosition binlogPositionIn(FakeServer server) {
        String file = server.log;
        return file == null ? null : BinlogPosition.of(server.id(), file, executed);
    }

    private void later(Runnable task) {
        scheduler.schedule(task, ROUND_TRIP);
    }

    private static GtidSet upTo(long number) {
        return number == 0 ? GtidSet.EMPTY : GtidSet.parse(UUID + ":1-" + number);
    }

    @Override
    public void close() {
        closed = true;
    }
}
