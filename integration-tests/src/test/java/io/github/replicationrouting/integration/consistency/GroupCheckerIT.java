package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * No read goes back where any member of a group may have taken the write, while members freeze, die, are cut off,
 * desynced and drained; without the guarantee, the checker finds reads that do. {@code
 * -Dreplication-routing.test.pairs} sets the number of pairs of a write and a read, which then must be reached under
 * each policy, and under all faults.
 */
@OnStacks({Stack.GALERA, Stack.GALERA_WITH_CONNECTOR_J, Stack.GROUP_REPLICATION})
class GroupCheckerIT {

    private static final Logger log = LoggerFactory.getLogger(GroupCheckerIT.class);
    private static final @Nullable Long DEMANDED = Long.getLong("replication-routing.test.pairs");
    private static final long PAIRS = DEMANDED == null ? 1_000 : DEMANDED;
    private static final int MIN_PAIRS_PER_SECOND = 30;
    private static final long SECONDS = 60;
    private static final int SESSIONS = DEMANDED == null ? 6 : 18;
    private static final long PAIRS_UNDER_EACH_FAULT = Math.max(100, PAIRS / 200);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int ROUNDS = 6;

    private final Stack stack;
    private final ReplicatedCluster cluster;

    GroupCheckerIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.cluster = applications.cluster(stack);
    }

    @BeforeEach
    void fill() {
        cluster.heal();
        doNotWaitForTheDisk();
        cluster.primary().execute(List.of("DROP TABLE IF EXISTS " + cluster.database() + ".session_counter"));
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

    /** More pairs in the same time. A server that is killed keeps what it has given to the operating system. */
    private void doNotWaitForTheDisk() {
        for (ClusterNode node : cluster.nodes()) {
            node.executeLocally(List.of("SET GLOBAL innodb_flush_log_at_trx_commit = 2", "SET GLOBAL sync_binlog = 0"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenFaultsOccurNoReadShouldGoBack(WritePolicy policy) throws Exception {
        Checker checker =
                check(policy, ConsistencyMode.SESSION, PAIRS, Math.max(SECONDS, PAIRS / MIN_PAIRS_PER_SECOND));

        assertThat(checker.violations()).as(checker::toString).isZero();
        assertThat(checker.pairs()).as(checker::toString).isGreaterThanOrEqualTo(DEMANDED == null ? 100 : DEMANDED);
        assertThat(checker.overlappingReads()).isPositive();
        assertThat(checker.readsInWrites()).isPositive();
        assertThat(checker.boundedReads()).isPositive();
        assertThat(checker.faults()).isPositive();
    }

    @Test
    void whenReadsAreEventualTheCheckerShouldFindReadsThatGoBack() throws Exception {
        Checker checker = check(WritePolicy.ROUND_ROBIN, ConsistencyMode.EVENTUAL, 3_000, 10);
        // In a round whose fault lasts, few pairs are read.
        for (int round = 1; round < ROUNDS && checker.violations() == 0; round++) {
            cluster.heal();
            checker = check(WritePolicy.ROUND_ROBIN, ConsistencyMode.EVENTUAL, 3_000, 10);
        }

        assertThat(checker.violations()).as(checker::toString).isPositive();
    }

    private Checker check(WritePolicy policy, ConsistencyMode mode, long pairs, long seconds) throws Exception {
        ConsistencySettings settings = new ConsistencySettings(mode, Duration.ofMillis(100), Duration.ofSeconds(60));
        try (SessionRouting routing =
                SessionRouting.overGroup(cluster, stack.driver(), policy, settings, Checker.poolSize(SESSIONS))) {
            Checker checker = Checker.onSeveralMasters(routing, SESSIONS, pairs, seconds);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread faults = new Thread(() -> new Faults(policy, routing, checker).apply(), "faults");
            faults.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
            faults.start();
            checker.run();
            faults.join();
            log.warn("{}, {}, {}: {}", stack, policy, mode, checker);
            assertThat(failure.get()).isNull();
            return checker;
        }
    }

    /**
     * Faults of one member after the other, one at a time, which the group survives. By default each policy meets the
     * short ones and one of those that the group needs seconds for.
     */
    private final class Faults {

        private final WritePolicy policy;
        private final SessionRouting routing;
        private final Checker checker;
        private final AtomicInteger next = new AtomicInteger();

        private Faults(WritePolicy policy, SessionRouting routing, Checker checker) {
            this.policy = policy;
            this.routing = routing;
            this.checker = checker;
        }

        private void apply() {
            List<Runnable> shortOnes = new ArrayList<>(List.of(this::drain, this::delayAnswers));
            if (stack != Stack.GROUP_REPLICATION) {
                shortOnes.add(this::desync);
            }
            List<Runnable> longOnes =
                    switch (policy) {
                        case SINGLE -> List.of(this::kill, this::cut, this::freeze);
                        case ROUND_ROBIN -> List.of(this::cut, this::freeze, this::kill);
                        default -> List.of(this::freeze, this::kill, this::cut);
                    };
            for (int round = 0; !checker.isFinished(); round++) {
                shortOnes.forEach(this::unlessFinished);
                for (int i = 0; i < longOnes.size() && (i == 0 || DEMANDED != null); i++) {
                    unlessFinished(longOnes.get((round + i) % longOnes.size()));
                }
            }
        }

        private void unlessFinished(Runnable fault) {
            if (!checker.isFinished()) {
                fault.run();
            }
        }

        /** Returns each member in turn; where one takes all writes, that one most often. */
        private ClusterNode member() {
            var writer = routing.routing().snapshot().primary();
            return writer != null && next.get() % 3 != 2
                    ? each(writer.name())
                    : cluster.nodes()
                            .get(next.getAndIncrement() % cluster.nodes().size());
        }

        private ClusterNode each(String name) {
            next.incrementAndGet();
            return cluster.node(name);
        }

        /** Once another member can take the writes, as it may not yet after a long fault. */
        private void drain() {
            await().atMost(LIMIT)
                    .until(() -> checker.isFinished()
                            || routing.routing().snapshot().nodes().stream()
                                    .allMatch(node -> node.state() == NodeState.ONLINE));
            if (checker.isFinished()) {
                return;
            }
            ClusterNode member = member();
            during("drain of " + member, () -> routing.routing().drain(member.name()));
            routing.routing().undrain(member.name());
        }

        private void delayAnswers() {
            ClusterNode member = member();
            during("delay of " + member, () -> member.delayAnswers(Duration.ofMillis(20)));
            member.delayAnswers(Duration.ZERO);
        }

        private void desync() {
            ClusterNode member = member();
            during("desync of " + member, () -> member.desync(true));
            member.desync(false);
        }

        private void kill() {
            ClusterNode member = member();
            during("kill of " + member, member::kill);
            cluster.heal();
            doNotWaitForTheDisk();
            awaitPairs();
        }

        private void cut() {
            ClusterNode member = member();
            during("cut of " + member, member::cutFromGroup);
            checker.fault("reconnect of " + member);
            member.reconnectToGroup();
            awaitPairs();
            cluster.heal();
        }

        private void freeze() {
            ClusterNode member = member();
            during("freeze of " + member, member::freeze);
            checker.fault("thaw of " + member);
            member.thaw();
            awaitPairs();
            cluster.heal();
        }

        private void during(String what, Runnable fault) {
            checker.fault(what);
            fault.run();
            awaitPairs();
        }

        /** Lasts until reads and writes have run. */
        private void awaitPairs() {
            long enough = checker.pairs() + PAIRS_UNDER_EACH_FAULT;
            await().atMost(LIMIT).until(() -> checker.isFinished() || checker.pairs() >= enough);
        }
    }
}
