package io.github.replicationrouting.internal.monitor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.internal.monitor.probe.Probe;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodeRecordTest {

    private static final Replication DENIED = new Replication.NotPermitted("GRANT X");

    // As after a long uptime.
    private final long now = Long.MAX_VALUE - 1_000;

    private final NodeRecord watch = new NodeRecord(
            new Node(NodeSpec.of("db1", "jdbc:mysql://db1/shop")),
            new SilentProber(),
            new PoolHealthRegistry(Duration.ofMillis(500)).of(new Node(NodeSpec.of("db1", "jdbc:mysql://db1/"))),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            now,
            false);

    @Test
    void whenReplicationIsHinderedShouldSayByWhatOnEachChannel() {
        learns(
                new ReplicationChannel("", "a", 3306, null, null, Receiver.ON, false, null, Duration.ZERO, 1062),
                new ReplicationChannel("b", "b", 3306, null, null, Receiver.OFF, true, null, Duration.ofSeconds(90), 0),
                new ReplicationChannel(
                        "c", "c", 3306, null, null, Receiver.CONNECTING, true, null, Duration.ZERO, 2003));

        assertThat(watch.trouble())
                .isEqualTo("applier stopped (error 1062), receiver stopped of channel b, delayed by 90s on purpose of"
                        + " channel b, receiver does not reach its source of channel c (error 2003)");
    }

    @Test
    void whenNothingHindersReplicationShouldSayNothing() {
        learns(behind(1));

        assertThat(watch.trouble()).isEmpty();
    }

    @Test
    void whenThereAreSeveralChannelsShouldTakeTheOneFurthestBehind() {
        learns(behind(1), behind(4), behind(3));

        assertThat(watch.statusLag(now)).isEqualTo(new Lag.Known(Duration.ofSeconds(4)));
    }

    @Test
    void whenOneChannelCannotTellShouldTakeNoOthersWordForIt() {
        learns(behind(1), channel(Receiver.ON, true, null));
        assertThat(watch.statusLag(now)).isEqualTo(new Lag.Unknown("lag unknown"));

        learns(behind(1), channel(Receiver.CONNECTING, true, Duration.ZERO));
        assertThat(watch.statusLag(now)).isEqualTo(new Lag.Unknown("lag unknown: receiver does not reach its source"));

        learns(behind(1), channel(Receiver.ON, false, Duration.ZERO));
        assertThat(watch.statusLag(now)).isEqualTo(new Lag.Unknown("lag unknown: applier stopped"));
        assertThat(watch.reportedFreshness()).isSameAs(Freshness.UNKNOWN);
    }

    @Test
    void whenTheStatusTellsNoMoreShouldCountOnFromItsLastWord() {
        learns(behind(4));
        watch.answeredAt = now + 500;

        assertThat(watch.statusLag(now + 700))
                .isEqualTo(new Lag.Known(Duration.ofSeconds(4).plusNanos(700)));
        assertThat(watch.statusLag(now - 1))
                .as("the primary is gone since then")
                .isEqualTo(new Lag.Known(Duration.ofSeconds(4)));
    }

    @Test
    void whenTheGrantIsTakenAwayShouldNotGoOnFromWhatWasSeenBefore() {
        learns(behind(4));
        assertThat(watch.reportedFreshness().age(now))
                .hasValue(Duration.ofSeconds(5).toNanos());

        watch.learn(DENIED, now);

        assertThat(watch.statusLag(now)).isEqualTo(new Lag.Unknown("lag unknown without GRANT X"));
        assertThat(watch.reportedFreshness()).isSameAs(Freshness.UNKNOWN);
        assertThat(watch.asksReplication(true)).isFalse();
    }

    @Test
    void whenTheGrantIsMissingShouldRenewTheConnectionNowAndThen() {
        assertThat(watch.renewsConnection(now + Duration.ofHours(1).toNanos(), true))
                .isFalse();
        watch.learn(DENIED, now);
        long soon = now + Duration.ofSeconds(2).toNanos();
        long later = now + Duration.ofMinutes(5).toNanos();

        assertThat(watch.renewsConnection(soon, true)).isFalse();
        assertThat(watch.renewsConnection(soon + 1, true))
                .as("writes wait for it")
                .isTrue();
        assertThat(watch.renewsConnection(later, false)).isFalse();
        assertThat(watch.renewsConnection(later + 1, false)).isTrue();
    }

    @Test
    void whenNothingHasChangedShouldAskForReplicationWithEveryTenthProbe() {
        learns(behind(0));
        for (int i = 0; i < 10; i++) {
            assertThat(watch.asksReplication(false)).isFalse();
            assertThat(watch.asksReplication(true)).isTrue();
            watch.learn(new Replication.NotAsked(), now);
        }
        assertThat(watch.asksReplication(false)).isTrue();
    }

    @Test
    void whenTheStatementForReplicationHungShouldNotSendItForAWhile() {
        watch.replicationHung();
        for (int i = 0; i < 20; i++) {
            assertThat(watch.asksReplication(true)).isFalse();
            watch.learn(new Replication.NotAsked(), now);
        }
        assertThat(watch.asksReplication(true)).isTrue();
    }

    private void learns(ReplicationChannel... channels) {
        watch.answeredAt = now;
        watch.learn(new Replication.Channels(List.of(channels)), now);
    }

    private static ReplicationChannel behind(int seconds) {
        return channel(Receiver.ON, true, Duration.ofSeconds(seconds));
    }

    private static ReplicationChannel channel(Receiver receiver, boolean applying, @Nullable Duration behind) {
        return new ReplicationChannel("", "a", 3306, null, null, receiver, applying, behind, Duration.ZERO, 0);
    }

    private static final class SilentProber implements Prober {

        @Override
        public void start(Probe probe, Consumer<ProbeResult> answer) {}

        @Override
        public void close() {}
    }
}
