package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * No read goes back while appliers stall, replicas are late and die, and another node becomes the primary; without the
 * guarantee, the checker finds reads that do. {@code -Dreplication-routing.test.pairs} sets the number of pairs of a
 * write and a read, which then must be reached.
 */
abstract class CheckerTests {

    private static final Logger log = LoggerFactory.getLogger(CheckerTests.class);
    private static final @Nullable Long DEMANDED = Long.getLong("replication-routing.test.pairs");
    private static final long PAIRS = DEMANDED == null ? 30_000 : DEMANDED;
    private static final int MIN_PAIRS_PER_SECOND = 250;
    private static final int SESSIONS = 12;
    private static final long PAIRS_UNDER_EACH_FAULT = Math.max(300, PAIRS / 200);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final JdbcDriver driver;
    private final long seconds;
    private ReplicatedCluster cluster;

    /** @param seconds time limit where no number of pairs is demanded */
    CheckerTests(JdbcDriver driver, long seconds) {
        this.driver = driver;
        this.seconds = DEMANDED == null ? seconds : Math.max(seconds, DEMANDED / MIN_PAIRS_PER_SECOND);
    }

    @BeforeEach
    void fill(ReplicatedCluster given) {
        cluster = given;
        cluster.heal();
        cluster.recreateDatabase();
        cluster.primary().execute(List.of(Checker.TABLE.formatted(cluster.database())));
        for (int i = 0; i < SESSIONS; i++) {
            cluster.primary()
                    .execute(List.of("INSERT INTO " + cluster.database() + ".session_counter VALUES (" + i + ", 0)"));
        }
        cluster.awaitReplicated();
    }

    @AfterEach
    void heal() {
        cluster.heal();
    }

    @Test
    void whenFaultsOccurNoReadShouldGoBack() throws Exception {
        Checker checker = check(ConsistencyMode.SESSION, PAIRS, seconds);

        assertThat(checker.violations()).as(checker::toString).isZero();
        assertThat(checker.pairs()).isGreaterThanOrEqualTo(DEMANDED == null ? 1_000 : DEMANDED);
        assertThat(checker.overlappingReads()).isGreaterThan(500);
        assertThat(checker.faults()).isPositive();
    }

    @Test
    void whenReadsAreEventualTheCheckerShouldFindReadsThatGoBack() throws Exception {
        Checker checker = check(ConsistencyMode.EVENTUAL, 5_000, 10);

        assertThat(checker.violations()).as(checker::toString).isPositive();
    }

    private Checker check(ConsistencyMode mode, long pairs, long seconds) throws Exception {
        ConsistencySettings settings = new ConsistencySettings(mode, Duration.ofMillis(100), Duration.ofSeconds(60));
        try (SessionRouting routing = SessionRouting.over(
                cluster, driver, "", Duration.ofMillis(100), settings, Checker.poolSize(SESSIONS))) {
            Checker checker = new Checker(routing, SESSIONS, pairs, seconds);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread faults = new Thread(() -> applyFaults(checker), "faults");
            faults.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
            faults.start();
            checker.run();
            faults.join();
            log.warn("{} through {}, {}: {}", cluster.kind(), driver, mode, checker);
            assertThat(failure.get()).isNull();
            return checker;
        }
    }

    private void applyFaults(Checker checker) {
        while (!checker.isFinished()) {
            List<ClusterNode> replicas = cluster.replicas();
            fault(checker, replicas.get(0)::stopApplier);
            replicas.get(0).startApplier();
            fault(checker, () -> replicas.get(1).delayReplication(Duration.ofSeconds(1)));
            replicas.get(1).delayReplication(Duration.ZERO);
            awaitPairs(checker);
            fault(checker, replicas.get(1)::kill);
            replicas.get(1).start();
            cluster.heal();
            awaitPairs(checker);
            fault(checker, () -> cluster.promote(replicas.get(0)));
        }
    }

    private static void fault(Checker checker, Runnable fault) {
        checker.fault("fault " + checker.faults());
        fault.run();
        awaitPairs(checker);
    }

    /** Lasts until reads and writes have run during the fault. */
    private static void awaitPairs(Checker checker) {
        long enough = checker.pairs() + PAIRS_UNDER_EACH_FAULT;
        await().atMost(LIMIT).until(() -> checker.isFinished() || checker.pairs() >= enough);
    }
}
