package io.github.replicationrouting.internal.monitor.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.JdbcDialect;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.WriterSettings;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionProberTest {

    private static final AtomicInteger tests = new AtomicInteger();

    private final String url = "jdbc:stub:" + tests.incrementAndGet();
    private final StubDriver.Log server = StubDriver.log(url);
    private final String router = "prober-test-" + url;
    private final StubDialect dialect = new StubDialect();
    private final AtomicLong time = new AtomicLong();
    private final List<ConnectionProber> probers = new ArrayList<>();
    private ConnectionProber prober = prober(NodeSpec.of("db1", url));

    private ConnectionProber prober(NodeSpec spec) {
        return prober(spec, null);
    }

    private static ConnectionFactory connectionsTo(String url) {
        return new ConnectionFactory(
                url,
                StubDriver.class.getName(),
                new Properties(),
                () -> Credentials.of("monitor", "marker"),
                Duration.ofSeconds(1));
    }

    private ConnectionProber prober(NodeSpec spec, @Nullable ConnectionFactory substitute) {
        ConnectionProber created = new ConnectionProber(
                router,
                new ProbeTarget(new Node(spec), connectionsTo(url), substitute, null),
                Duration.ofSeconds(1),
                2,
                new Dialects(List.of(dialect)),
                () -> System.nanoTime() + time.get(),
                new FailureGuard(router));
        probers.add(created);
        return created;
    }

    @AfterEach
    void close() {
        dialect.gate.countDown();
        probers.forEach(ConnectionProber::close);
    }

    @Test
    void whenProbedRepeatedlyShouldKeepOneConnectionAndQueryReplicationOnlyIfNewOrRequested() {
        assertThat(probe(false)).isInstanceOf(ProbeResult.Answered.class);
        assertThat(dialect.replicationQueries).hasValue(1);
        assertThat(probe(false)).isInstanceOf(ProbeResult.Answered.class);
        assertThat(dialect.replicationQueries).hasValue(1);
        assertThat(probe(true)).isInstanceOf(ProbeResult.Answered.class);
        assertThat(dialect.replicationQueries).hasValue(2);
        assertThat(server.opened).hasValue(1);
        assertThat(server.ends).isEmpty();
    }

    @Test
    void whenAConnectionFailsShouldAbortItAndOpenAnother() {
        probe(false);
        dialect.failure = StubDriver.lost();
        assertThat(probe(false)).isInstanceOf(ProbeResult.Failed.class);
        assertThat(server.ends).containsExactly("abort 1");

        dialect.failure = null;
        assertThat(probe(false)).isInstanceOf(ProbeResult.Answered.class);
        assertThat(server.opened).hasValue(2);
    }

    @Test
    void whenADialectThrowsAnErrorShouldFailTheProbeAndContinue() {
        dialect.failure = new OutOfMemoryError("of a test");
        ProbeResult answer = probe(false);
        assertThat(((ProbeResult.Failed) answer).failure().reason()).isEqualTo("the probe failed: OutOfMemoryError");

        dialect.failure = null;
        assertThat(probe(false)).isInstanceOf(ProbeResult.Answered.class);
    }

    @Test
    void whenTheReplicationStatementFailsShouldAnswerWithoutReplication() {
        dialect.replicationFailure = StubDriver.lost();
        ProbeResult answer = probe(true);
        assertThat(((ProbeResult.Answered) answer).replication()).isInstanceOf(Replication.NotAsked.class);
        assertThat(server.ends).containsExactly("abort 1");
    }

    @Test
    void whenAWritableServerHasNoPositionShouldQueryItsBinaryLogPosition() {
        BinlogPosition position = BinlogPosition.of("id", "binlog.000001", 157);
        dialect.logPosition = position;
        assertThat(((ProbeResult.Answered) probe(false)).observation().written())
                .isEqualTo(position);

        // It is known even if the next statement fails.
        dialect.replicationFailure = StubDriver.lost();
        assertThat(((ProbeResult.Answered) probe(true)).observation().written()).isEqualTo(position);

        dialect.readOnly = true;
        assertThat(((ProbeResult.Answered) probe(false)).observation().written())
                .isNull();
    }

    @Test
    void whenARenewalIsRequestedShouldOpenANewConnection() {
        probe(false);
        start(new Probe(System.nanoTime(), 0, Probe.Asking.WITH_NEW_CONNECTION, true))
                .join();
        assertThat(server.opened).hasValue(2);
        assertThat(server.ends).containsExactly("close 1");
        assertThat(dialect.replicationQueries).hasValue(2);
    }

    @Test
    void whenAServerIsWritableShouldQueryWithEveryTenthProbeWhetherItIsSemiSynchronous() {
        dialect.semiSynchronous = true;
        assertThat(semiSynchronous(probe(false))).isTrue();
        for (int i = 1; i <= 20; i++) {
            assertThat(semiSynchronous(probe(false))).isEqualTo(i % 10 == 0 ? true : null);
        }

        dialect.readOnly = true;
        for (int i = 1; i <= 10; i++) {
            assertThat(semiSynchronous(probe(false))).isNull();
        }
    }

    private static @Nullable Boolean semiSynchronous(ProbeResult answer) {
        return ((ProbeResult.Answered) answer).observation().semiSynchronous();
    }

    @Test
    void whenAPrimaryEndpointLeadsToAReadOnlyServerShouldReconnectForTheNextProbe() {
        prober = prober(endpoint(DeclaredRole.PRIMARY));
        dialect.readOnly = true;
        probe(false);
        probe(false);

        assertThat(server.opened).hasValue(2);
        assertThat(server.ends).containsExactly("close 1", "close 2");
    }

    @Test
    void whenAPrimaryEndpointLeadsToAnUnfitMemberShouldAskOthers() {
        prober = prober(endpoint(DeclaredRole.PRIMARY));
        dialect.group = member();
        probe(false);

        assertThat(server.opened).hasValue(3);
        assertThat(server.ends).containsExactly("close 1", "close 2", "close 3");
    }

    @Test
    void whenAPrimaryEndpointIsUnchangedShouldReconnectAfterEveryTenthProbe() {
        prober = prober(endpoint(DeclaredRole.PRIMARY));
        for (int i = 0; i < 10; i++) {
            assertThat(server.ends).isEmpty();
            probe(false);
        }

        assertThat(server.ends).containsExactly("close 1");
    }

    @Test
    void whenANodeIsNotAPrimaryEndpointShouldKeepItsConnection() {
        for (NodeSpec spec : List.of(NodeSpec.of("db1", url), endpoint(DeclaredRole.REPLICA))) {
            prober = prober(spec);
            for (int i = 0; i < 11; i++) {
                probe(false);
            }
        }
        assertThat(server.ends).isEmpty();
    }

    // --- groups

    private static GroupMembership member() {
        return new GroupMembership(
                GroupMembership.Kind.GALERA, "Synced", null, false, false, "x", false, "", 0, null, null);
    }

    private static @Nullable GroupMembership group(ProbeResult answer) {
        return ((ProbeResult.Answered) answer).observation().group();
    }

    @Test
    void whenAServerIsInNoGroupShouldAskOnANewConnectionAndEachTenthProbe() {
        probe(false);
        assertThat(dialect.groupQueries).hasValue(1);
        for (int i = 1; i < 10; i++) {
            probe(false);
        }
        assertThat(dialect.groupQueries).hasValue(1);
        dialect.group = member();
        assertThat(group(probe(false))).isNotNull();
        assertThat(dialect.groupQueries).hasValue(2);
    }

    @Test
    void whenAServerIsInAGroupShouldAskWithEachProbe() {
        dialect.group = member();
        for (int i = 1; i <= 12; i++) {
            assertThat(group(probe(false))).isNotNull();
            assertThat(dialect.groupQueries).hasValue(i);
        }
        dialect.group = null;
        assertThat(group(probe(false))).isNull();
        assertThat(group(probe(false))).isNull();
        assertThat(dialect.groupQueries).as("it has left").hasValue(13);
    }

    @Test
    void whenTheGroupStatementFailsShouldFailTheProbeAndAskAgain() {
        dialect.group = member();
        probe(false);
        dialect.groupFailure = StubDriver.lost();
        assertThat(probe(false)).isInstanceOf(ProbeResult.Failed.class);
        assertThat(server.ends).containsExactly("abort 1");

        dialect.groupFailure = null;
        assertThat(group(probe(false))).isNotNull();
    }

    @Test
    void whenTheGroupStatementHangsShouldNotHaveAnAnswerWithoutIt() throws InterruptedException {
        dialect.group = member();
        dialect.groupHangs = true;
        Probe probe = new Probe(System.nanoTime(), 0, Probe.Asking.NEVER, false);
        CompletableFuture<ProbeResult> answer = start(probe);
        await().atMost(Duration.ofSeconds(10)).until(() -> dialect.groupQueries.get() == 1);
        assertThat(probe.firstPart()).isNull();

        dialect.gate.countDown();
        assertThat(group(answer.join())).isNotNull();
        assertThat(group(Objects.requireNonNull(probe.firstPart()))).isNotNull();
    }

    // --- settings of several writers

    @Test
    void whenANodeTakesWritesBesideOthersShouldAskForItsSettingsOnANewConnectionAndEachTenthProbe() {
        prober = besideOthers();
        assertThat(settings(probe(false))).isEqualTo(new WriterSettings(7, 3, 1));
        for (int i = 1; i <= 20; i++) {
            assertThat(settings(probe(false)) != null).isEqualTo(i % 10 == 0);
        }

        renew();
        assertThat(dialect.settingsQueries).hasValue(4);
    }

    @Test
    void whenANodeIsInAGroupOrTakesAllWritesShouldNotAskForItsSettings() {
        probe(false);
        prober = besideOthers();
        dialect.group = member();
        probe(false);

        assertThat(dialect.settingsQueries).hasValue(0);
    }

    @Test
    void whenTheStatementForSettingsFailsShouldAnswerWithoutThem() {
        prober = besideOthers();
        dialect.settingsFailure = StubDriver.lost();
        assertThat(settings(probe(false))).isNull();
        assertThat(server.ends).containsExactly("abort 1");

        dialect.settingsFailure = null;
        assertThat(settings(probe(false))).isNotNull();
    }

    private ConnectionProber besideOthers() {
        ProbeTarget target = new ProbeTarget(new Node(NodeSpec.of("db1", url)), connectionsTo(url), null, null);
        ConnectionProber created = new ConnectionProber(
                router,
                target.asOneOfSeveralWriters(),
                Duration.ofSeconds(1),
                2,
                new Dialects(List.of(dialect)),
                System::nanoTime,
                new FailureGuard(router));
        probers.add(created);
        return created;
    }

    private static @Nullable WriterSettings settings(ProbeResult answer) {
        return ((ProbeResult.Answered) answer).writerSettings();
    }

    private NodeSpec endpoint(DeclaredRole role) {
        return new NodeSpec("db1", url, role, NodeKind.ENDPOINT, 1, null);
    }

    // --- a separate account for the monitor

    private static SQLException locked() {
        return new SQLException("Account is locked", "HY000", 3118);
    }

    @Test
    void whenTheMonitorAccountIsRefusedShouldProbeWithTheNodeAccount() {
        StubDriver.Log nodeAccount = StubDriver.log(url + "-own");
        prober = prober(NodeSpec.of("db1", url), connectionsTo(url + "-own"));
        probe(false);
        assertThat(nodeAccount.opened).hasValue(0);

        dialect.failure = StubDriver.lost();
        probe(false);
        dialect.failure = null;
        server.refusal = locked();
        for (int i = 0; i < 5; i++) {
            assertThat(probe(false)).isInstanceOf(ProbeResult.Answered.class);
        }
        assertThat(nodeAccount.opened).hasValue(1);
        assertThat(server.refused).as("logins, which could lock an account").hasValue(1);

        time.addAndGet(Duration.ofMinutes(1).toNanos());
        probe(false);
        assertThat(server.refused).hasValue(2);
        assertThat(nodeAccount.opened).hasValue(2);

        server.refusal = null;
        time.addAndGet(Duration.ofMinutes(1).toNanos());
        probe(false);
        probe(false);
        assertThat(server.opened).hasValue(2);
        assertThat(nodeAccount.opened).hasValue(2);
    }

    @Test
    void whenTwoProbesAreRefusedConcurrentlyShouldBothUseTheNodeAccount() {
        prober = prober(NodeSpec.of("db1", url), connectionsTo(url + "-own"));
        server.refusal = locked();
        server.refusedTogether = new CyclicBarrier(2);
        for (CompletableFuture<ProbeResult> probe : List.of(startPending(), startPending())) {
            assertThat(probe.join()).isInstanceOf(ProbeResult.Answered.class);
        }
        assertThat(server.refused).hasValue(2);
    }

    @Test
    void whenTheMonitorAccountLacksAPrivilegeShouldProbeWithTheNodeAccount() {
        prober = prober(NodeSpec.of("db1", url), connectionsTo(url + "-own"));
        dialect.denials.set(1);
        assertThat(probe(false)).isInstanceOf(ProbeResult.Answered.class);
        assertThat(StubDriver.log(url + "-own").opened).hasValue(1);
        assertThat(server.ends).containsExactly("abort 1");
    }

    /** The failure shows nothing about the node, and must not close the connections of its pool. */
    @Test
    void whenTheCredentialsProviderFailsShouldReportARefusal() {
        prober = new ConnectionProber(
                router,
                new ProbeTarget(
                        new Node(NodeSpec.of("db1", url)),
                        connectionsTo(url).withCredentials(() -> {
                            throw new IllegalStateException("the store of secrets answers with a secret");
                        }),
                        null,
                        null),
                Duration.ofSeconds(1),
                2,
                new Dialects(List.of(dialect)),
                System::nanoTime,
                new FailureGuard(router));
        probers.add(prober);
        ProbeFailure failure = ((ProbeResult.Failed) probe(false)).failure();
        assertThat(failure.isRefusal()).isTrue();
        assertThat(failure.reason()).isEqualTo("the credentials provider fails");
    }

    /** An established connection shows more than none. */
    @Test
    void whenTheLoginOfARenewalIsRefusedShouldKeepTheExistingConnection() {
        probe(false);
        server.refusal = locked();
        assertThat(renew()).isInstanceOf(ProbeResult.Answered.class);
        assertThat(server.ends).isEmpty();
        assertThat(dialect.replicationQueries)
                .as("so that it knows when it was last denied")
                .hasValue(2);

        server.refusal = new SQLException("x", "08S01", 0, new java.net.ConnectException("Connection refused"));
        assertThat(renew()).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void whenAnEndpointRefusesTheLoginOfARenewalShouldFailTheProbe() {
        prober = prober(new NodeSpec("db1", url, DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null));
        probe(false);
        server.refusal = locked();
        assertThat(renew()).isInstanceOf(ProbeResult.Failed.class);
    }

    private ProbeResult renew() {
        return start(new Probe(System.nanoTime(), 0, Probe.Asking.WITH_NEW_CONNECTION, true))
                .join();
    }

    @Test
    void whenBothAccountsAreRefusedShouldReportTheReason() {
        prober = prober(NodeSpec.of("db1", url), connectionsTo(url + "-own"));
        server.refusal = locked();
        StubDriver.log(url + "-own").refusal = new SQLException("x", "28000", 1045);
        ProbeFailure failure = ((ProbeResult.Failed) probe(false)).failure();
        assertThat(failure.isRefusal()).isTrue();
        assertThat(failure.reason()).startsWith("access denied");
    }

    @Test
    void whenTheServerIsUnreachableShouldNotTryAnotherAccount() {
        prober = prober(NodeSpec.of("db1", url), connectionsTo(url + "-own"));
        server.refusal = new SQLException("x", "08S01", 0, new java.net.ConnectException("Connection refused"));
        assertThat(((ProbeResult.Failed) probe(false)).failure().reason()).isEqualTo("connection refused");
        assertThat(StubDriver.log(url + "-own").opened).hasValue(0);
    }

    @Test
    void whenReplicationMustNotBeQueriedShouldNotQueryItOnANewConnection() {
        start(new Probe(System.nanoTime(), 0, Probe.Asking.NEVER, false)).join();
        assertThat(dialect.replicationQueries).hasValue(0);
    }

    @Test
    void whenNoDialectSupportsAServerShouldFailWithAdvice() {
        server.version = "16.3";
        ProbeResult.Failed failed = (ProbeResult.Failed) probe(false);
        assertThat(failed.failure().reason())
                .isEqualTo("unsupported server version 16.3: set replication.routing.nodes.db1.dialect");
        assertThat(server.ends).containsExactly("abort 1");
    }

    @Test
    void whenAProbeHangsShouldStartASecondProbeAndFailAThird() throws InterruptedException {
        probe(false);
        dialect.hangs = true;
        CompletableFuture<ProbeResult> first = startPending();
        CompletableFuture<ProbeResult> second = startPending();
        await().atMost(Duration.ofSeconds(10)).until(() -> server.opened.get() == 2);
        ProbeResult third = start(new Probe(System.nanoTime(), 0, Probe.Asking.WITH_NEW_CONNECTION, false))
                .join();
        assertThat(((ProbeResult.Failed) third).failure().reason()).isEqualTo("no answer within 1s");

        dialect.hangs = false;
        dialect.gate.countDown();
        first.join();
        second.join();
        // One of the two connections is kept.
        assertThat(server.ends).hasSize(1);
    }

    @Test
    void whenClosedShouldCloseTheConnectionAndEndTheThreads() {
        probe(false);
        prober.close();
        await().atMost(Duration.ofSeconds(10)).until(() -> server.ends.equals(List.of("close 1")));
        await().atMost(Duration.ofSeconds(10)).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals(router + "-probe-db1")));
    }

    /** Retries until a thread takes the probe: a thread that has just answered may not be ready yet. */
    private ProbeResult probe(boolean replication) {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> start(new Probe(
                                        System.nanoTime(),
                                        0,
                                        replication ? Probe.Asking.NOW : Probe.Asking.WITH_NEW_CONNECTION,
                                        false))
                                .join(),
                        answer -> !isRefused(answer));
    }

    private static boolean isRefused(ProbeResult answer) {
        return answer instanceof ProbeResult.Failed failed && failed.failure().kind() == ProbeFailure.Kind.UNANSWERED;
    }

    /** Retries until a thread takes the probe, and returns it pending: a probe without a thread fails immediately. */
    private CompletableFuture<ProbeResult> startPending() {
        List<CompletableFuture<ProbeResult>> pending = new ArrayList<>();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            pending.add(start(new Probe(System.nanoTime(), 0, Probe.Asking.WITH_NEW_CONNECTION, false)));
            return !pending.get(pending.size() - 1).isDone();
        });
        return pending.get(pending.size() - 1);
    }

    private CompletableFuture<ProbeResult> start(Probe probe) {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        prober.start(probe, answer::complete);
        return answer.orTimeout(20, TimeUnit.SECONDS);
    }

    private static final class StubDialect extends JdbcDialect {

        final CountDownLatch gate = new CountDownLatch(1);
        volatile boolean hangs;
        final AtomicInteger denials = new AtomicInteger();
        volatile boolean readOnly;
        volatile @Nullable Boolean semiSynchronous;
        volatile @Nullable Position logPosition;
        volatile @Nullable Throwable failure;
        volatile @Nullable SQLException replicationFailure;
        final AtomicInteger replicationQueries = new AtomicInteger();
        volatile @Nullable GroupMembership group;
        volatile @Nullable SQLException groupFailure;
        volatile boolean groupHangs;
        final AtomicInteger groupQueries = new AtomicInteger();
        volatile @Nullable SQLException settingsFailure;
        final AtomicInteger settingsQueries = new AtomicInteger();

        @Override
        public WriterSettings writerSettings(Connection connection) throws SQLException {
            settingsQueries.incrementAndGet();
            SQLException thrown = settingsFailure;
            if (thrown != null) {
                throw thrown;
            }
            return new WriterSettings(7, 3, 1);
        }

        @Override
        public String name() {
            return "stub";
        }

        @Override
        public boolean supports(String productVersion) {
            return productVersion.startsWith("9");
        }

        @Override
        public Observation observe(Connection connection) throws SQLException {
            if (denials.getAndDecrement() > 0) {
                throw new SQLException("denied", "42000", 1142);
            }
            if (hangs) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
            }
            Throwable thrown = failure;
            if (thrown instanceof SQLException sql) {
                throw sql;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            return new Observation("Stub 1", "id", readOnly, false, null, null);
        }

        @Override
        public Observation observeGroup(Connection connection, Observation seen) throws SQLException {
            groupQueries.incrementAndGet();
            if (groupHangs) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
            }
            SQLException thrown = groupFailure;
            if (thrown != null) {
                throw thrown;
            }
            GroupMembership shown = group;
            return shown == null ? seen : seen.withGroup(shown, null);
        }

        @Override
        public @Nullable Position logPosition(Connection connection, Observation observation) {
            return logPosition;
        }

        @Override
        public @Nullable Boolean semiSynchronous(Connection connection) {
            return semiSynchronous;
        }

        @Override
        public Replication replication(Connection connection) throws SQLException {
            replicationQueries.incrementAndGet();
            SQLException thrown = replicationFailure;
            if (thrown != null) {
                throw thrown;
            }
            return new Replication.Channels(List.of());
        }
    }
}
