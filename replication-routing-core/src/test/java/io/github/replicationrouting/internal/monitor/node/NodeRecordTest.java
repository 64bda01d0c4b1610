package io.github.replicationrouting.internal.monitor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.Freshness;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodeRecordTest {

    private static final Replication DENIED = new Replication.NotPermitted("GRANT X");

    // As after a long uptime.
    private final long now = Long.MAX_VALUE - 1_000;

    private final NodeRecord record = NodeRecords.unprobed("db1", now);

    @Test
    void whenANodeIsEvictedShouldUseMaxLagAsTheWindowUpToTenSeconds() {
        assertThat(NodeRecord.evictionWindow(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
        assertThat(NodeRecord.evictionWindow(Duration.ofSeconds(60))).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void whenReplicationHasProblemsShouldDescribeThemPerChannel() {
        reports(
                new ReplicationChannel("", "a", 3306, null, null, Receiver.ON, false, null, Duration.ZERO, 1062),
                new ReplicationChannel("b", "b", 3306, null, null, Receiver.OFF, true, null, Duration.ofSeconds(90), 0),
                new ReplicationChannel(
                        "c", "c", 3306, null, null, Receiver.CONNECTING, true, null, Duration.ZERO, 2003));

        assertThat(record.replication().problems())
                .isEqualTo("applier stopped (error 1062), receiver stopped of channel b, delayed by 90s on purpose of"
                        + " channel b, receiver does not reach its source of channel c (error 2003)");
    }

    @Test
    void whenReplicationIsHealthyShouldDescribeNoProblem() {
        reports(behind(1));

        assertThat(record.replication().problems()).isEmpty();
    }

    @Test
    void whenThereAreSeveralChannelsShouldReportTheLargestLag() {
        reports(behind(1), behind(4), behind(3));

        assertThat(record.reportedLag(now)).isEqualTo(new Lag.Known(Duration.ofSeconds(4)));
    }

    @Test
    void whenOneChannelHasNoReliableLagShouldReportUnknownLag() {
        reports(behind(1), channel(Receiver.ON, true, null));
        assertThat(record.reportedLag(now)).isEqualTo(new Lag.Unknown("lag unknown"));

        reports(behind(1), channel(Receiver.CONNECTING, true, Duration.ZERO));
        assertThat(record.reportedLag(now))
                .isEqualTo(new Lag.Unknown("lag unknown: receiver does not reach its source"));

        reports(behind(1), channel(Receiver.ON, false, Duration.ZERO));
        assertThat(record.reportedLag(now)).isEqualTo(new Lag.Unknown("lag unknown: applier stopped"));
        assertThat(record.replication().freshness()).isSameAs(Freshness.UNKNOWN);
    }

    @Test
    void whenTheStatusIsOlderThanTheLastAnswerShouldLetItsLagGrow() {
        reports(behind(4));
        NodeRecords.sentAt(record, now + 500);

        assertThat(record.reportedLag(now + 700))
                .isEqualTo(new Lag.Known(Duration.ofSeconds(4).plusNanos(700)));
        assertThat(record.reportedLag(now - 1))
                .as("the primary is gone since then")
                .isEqualTo(new Lag.Known(Duration.ofSeconds(4)));
    }

    @Test
    void whenTheGrantIsRevokedShouldDiscardTheLastStatus() {
        reports(behind(4));
        assertThat(record.replication().freshness().age(now))
                .hasValue(Duration.ofSeconds(5).toNanos());

        record.replication().take(DENIED, now);

        assertThat(record.reportedLag(now)).isEqualTo(new Lag.Unknown("lag unknown without GRANT X"));
        assertThat(record.replication().freshness()).isSameAs(Freshness.UNKNOWN);
        assertThat(record.replication().isDue(true)).isFalse();
    }

    @Test
    void whenTheGrantIsMissingShouldRenewTheConnectionPeriodically() {
        assertThat(record.needsNewConnection(now + Duration.ofHours(1).toNanos(), true))
                .isFalse();
        record.replication().take(DENIED, now);
        long soon = now + Duration.ofSeconds(2).toNanos();
        long later = now + Duration.ofMinutes(5).toNanos();

        assertThat(record.needsNewConnection(soon, true)).isFalse();
        assertThat(record.needsNewConnection(soon + 1, true))
                .as("writes wait for it")
                .isTrue();
        assertThat(record.needsNewConnection(later, false)).isFalse();
        assertThat(record.needsNewConnection(later + 1, false)).isTrue();
    }

    @Test
    void whenNothingHasChangedShouldQueryReplicationWithEveryTenthProbe() {
        reports(behind(0));
        for (int i = 0; i < 10; i++) {
            assertThat(record.replication().isDue(false)).isFalse();
            assertThat(record.replication().isDue(true)).isTrue();
            record.replication().take(new Replication.NotAsked(), now);
        }
        assertThat(record.replication().isDue(false)).isTrue();
    }

    @Test
    void whenTheReplicationStatementHungShouldSkipItForTwentyProbes() {
        record.replication().hung();
        for (int i = 0; i < 20; i++) {
            assertThat(record.replication().isDue(true)).isFalse();
            record.replication().take(new Replication.NotAsked(), now);
        }
        assertThat(record.replication().isDue(true)).isTrue();
    }

    private void reports(ReplicationChannel... channels) {
        NodeRecords.answers(record, new Observation("MySQL 9.7.4", "db1", true, false, null, null));
        NodeRecords.sentAt(record, now);
        record.replication().take(new Replication.Channels(List.of(channels)), now);
    }

    private static ReplicationChannel behind(int seconds) {
        return channel(Receiver.ON, true, Duration.ofSeconds(seconds));
    }

    private static ReplicationChannel channel(Receiver receiver, boolean applying, @Nullable Duration behind) {
        return new ReplicationChannel("", "a", 3306, null, null, receiver, applying, behind, Duration.ZERO, 0);
    }
}
