package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.spi.WriterSettings;
import io.github.replicationrouting.topology.Freshness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one server reports of its replication, which costs a second statement and is not asked for with each probe.
 * Changed by each answer, and when the second statement hangs.
 */
public final class ReplicationReport {

    /** Without a reason to ask sooner, the state of replication is asked for this often. */
    private static final int PROBES_BETWEEN_REPORTS = 10;

    /** A grant given later shows only on a new connection; while writes wait for it that has to be soon. */
    private static final Duration RENEW_WITHOUT_GRANT = Duration.ofMinutes(5);

    private static final Duration RENEW_WITHOUT_PRIMARY = Duration.ofSeconds(2);

    /** How many probes after a second statement that hung only the first is sent. */
    private static final int PROBES_AFTER_HANG = 20;

    private Replication newest = new Replication.NotAsked();

    /** Whether it came with the newest answer. */
    private boolean current;

    /** Probes since the newest report; below zero after a second statement that hung. */
    private int probesSince;

    private long deniedAt;

    /** The newest settings of a server that takes writes besides others; null where they were never asked for. */
    private @Nullable WriterSettings writerSettings;

    /** The last lag that the server itself reported, and when it was true. */
    private @Nullable Duration behind;

    private long behindAt;

    /** Takes in the second part of an answer; where it was not asked for, what is known stays. */
    void take(Replication answer, long at) {
        current = !(answer instanceof Replication.NotAsked);
        if (!current) {
            probesSince++;
            return;
        }
        probesSince = 0;
        newest = answer;
        if (answer instanceof Replication.NotPermitted) {
            deniedAt = at;
        }
        Duration reported = furthestBehind(channels());
        if (reported != null) {
            behind = reported;
            behindAt = at;
        }
    }

    /** Takes in the settings of the server; where they were not asked for, those that are known stay. */
    void take(@Nullable WriterSettings settings) {
        writerSettings = settings == null ? writerSettings : settings;
    }

    /** Notes that the second statement hung. */
    public void hung() {
        probesSince = -PROBES_AFTER_HANG;
    }

    /** Whether the second statement hung so short a time ago that it would hang again, on any connection. */
    public boolean isHung() {
        return probesSince < 0;
    }

    /** Whether the next probe asks for it: not when nothing can have changed, because it costs a statement. */
    public boolean isDue(boolean mayHaveChanged) {
        if (newest instanceof Replication.NotPermitted) {
            return false;
        }
        return !isHung() && (mayHaveChanged || probesSince >= PROBES_BETWEEN_REPORTS);
    }

    /** Whether only a new connection can show that the missing grant was given by now. */
    boolean needsNewConnection(long now, boolean withoutPrimary) {
        Duration wait = withoutPrimary ? RENEW_WITHOUT_PRIMARY : RENEW_WITHOUT_GRANT;
        return newest instanceof Replication.NotPermitted && now - deniedAt > wait.toNanos();
    }

    public Replication newest() {
        return newest;
    }

    /** The settings in which it must differ from other servers that take writes; null where they are not known. */
    public @Nullable WriterSettings writerSettings() {
        return writerSettings;
    }

    /** Whether it came with the newest answer. */
    boolean isCurrent() {
        return current;
    }

    /** Whether the newest answer shows all that this account will ever see of replication. */
    boolean isComplete() {
        return current || newest instanceof Replication.NotPermitted;
    }

    public List<ReplicationChannel> channels() {
        return newest instanceof Replication.Channels known ? known.channels() : List.of();
    }

    /** The lag of the channel furthest behind, or null if one of them cannot report it. */
    private static @Nullable Duration furthestBehind(List<ReplicationChannel> channels) {
        Duration most = null;
        for (ReplicationChannel channel : channels) {
            Duration behind = channel.behind();
            if (behind == null || channel.receiver() != Receiver.ON || !channel.applierRunning()) {
                return null;
            }
            most = most == null || behind.compareTo(most) > 0 ? behind : most;
        }
        return most;
    }

    /**
     * Returns the lag that the server reports. Where it can report none any more, its last one grows with time.
     *
     * @param answeredAt when the newest answer was asked for; null while the server refuses probes
     */
    Lag lag(long now, @Nullable Long answeredAt) {
        if (newest instanceof Replication.NotPermitted denied) {
            return new Lag.Unknown("lag unknown without " + denied.grant());
        }
        Duration reported = behind;
        if (reported == null) {
            String problems = problems();
            return new Lag.Unknown("lag unknown" + (problems.isEmpty() ? "" : ": " + problems));
        }
        boolean isOfNewestAnswer = answeredAt != null && behindAt == answeredAt;
        return new Lag.Known(isOfNewestAnswer ? reported : reported.plusNanos(Math.max(0, now - behindAt)));
    }

    /** Freshness by the server's own report, whose whole seconds hide up to one more. */
    public Freshness freshness() {
        Duration reported = behind;
        return reported == null || newest instanceof Replication.NotPermitted
                ? Freshness.UNKNOWN
                : Freshness.reportedAsOf(behindAt - reported.plusSeconds(1).toNanos());
    }

    /** The filters of its replication, as text; empty when it has none, or nothing is known of it. */
    public String filters() {
        return channels().stream()
                .flatMap(channel -> channel.filters().stream())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** What hinders replication, as text; empty when nothing does, or nothing is known of it. */
    String problems() {
        List<String> problems = new ArrayList<>();
        for (ReplicationChannel channel : channels()) {
            String of = channel.name().isEmpty() ? "" : " of channel " + channel.name();
            String error = channel.errorCode() == 0 ? "" : " (error " + channel.errorCode() + ")";
            if (!channel.applierRunning()) {
                problems.add("applier stopped" + of + error);
            }
            if (channel.receiver() == Receiver.OFF) {
                problems.add("receiver stopped" + of + error);
            } else if (channel.receiver() == Receiver.CONNECTING) {
                problems.add("receiver does not reach its source" + of + error);
            }
            if (!channel.delay().isZero()) {
                problems.add("delayed by " + DurationFormat.of(channel.delay()) + " on purpose" + of);
            }
        }
        return String.join(", ", problems);
    }
}
