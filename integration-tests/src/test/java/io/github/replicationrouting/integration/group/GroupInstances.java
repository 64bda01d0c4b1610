package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.failover.History.Write;
import io.github.replicationrouting.integration.failover.Workload;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two instances of an application that write to and read from a group through its faults. The second one can be
 * restarted in the middle; then it has seen nothing of what the first one has.
 */
final class GroupInstances implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupInstances.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** Two intervals, and what a busy machine delays. */
    private static final Duration DIFFERENCE = INTERVAL.multipliedBy(2).plusSeconds(3);

    private static final int SETTLED = 100;
    private static final int OTHER_WRITERS = 1;
    private static final Duration LOAD_PAUSE = Duration.ofMillis(40);
    private static final Duration OTHER_PAUSE = Duration.ofMillis(80);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Stack stack;
    private final Applications applications;
    private final TestApplication first;
    private final Workload load;
    private final List<Workload> otherLoads = new ArrayList<>();
    private TestApplication second;
    private long comparedFrom;
    private Duration longestDifference = Duration.ZERO;

    private GroupInstances(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        first = applications.get(stack, RecordedApplication.class, properties("first"));
        Workload.createTables(first.cluster());
        second = startSecond();
        load = Workload.start(first, LOAD_PAUSE);
        otherLoads.add(Workload.startWriters(second, OTHER_WRITERS, OTHER_PAUSE));
        comparedFrom = System.nanoTime();
    }

    private TestApplication startSecond() {
        return applications.start(stack, RecordedApplication.class, properties("second"));
    }

    static GroupInstances start(Stack stack, Applications applications) {
        return new GroupInstances(stack, applications);
    }

    /** Waits until both write to one node, which is compared from then on. */
    void settle() {
        // The statements of the test are writes, too, and instances that write nothing else follow them.
        load.awaitMoreWrites(SETTLED);
        awaitAgreement();
        comparedFrom = System.nanoTime();
    }

    private String[] properties(String name) {
        return new String[] {
            "spring.application.name=" + name,
            "replication.routing.monitor.interval=" + INTERVAL.toMillis() + "ms",
            // A probe that a busy machine delays must not look like a fault.
            "replication.routing.monitor.timeout=3s",
            // The time until a group accepts writes depends on the machine.
            "replication.routing.writes.hold=60s",
            // More connections die with a writer than writes are in flight.
            "replication.routing.hikari.maximum-pool-size=10",
            "logging.level.io.github.replicationrouting=info"
        };
    }

    TestApplication app() {
        return first;
    }

    Workload load() {
        return load;
    }

    String writer() {
        return Objects.requireNonNull(first.knownPrimary());
    }

    private static WriterDecisions decisions(TestApplication app) {
        return app.bean(WriterDecisions.class);
    }

    private static void awaitAgreement(TestApplication one, TestApplication other) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(other.knownPrimary())
                .as("%s%n%s", decisions(one), decisions(other))
                .isNotNull()
                .isEqualTo(one.knownPrimary()));
    }

    /** Waits until both instances write to the same node. */
    void awaitAgreement() {
        awaitAgreement(first, second);
    }

    /** Restarts the second instance, which has to find out where the first one writes. */
    void restartSecond() throws InterruptedException {
        newestOfSecond().close();
        compare();
        second.close();
        second = startSecond();
        await().atMost(LIMIT).until(() -> second.knownPrimary() != null);
        second.awaitProbes(4);
        assertThat(second.knownPrimary()).isEqualTo(first.knownPrimary());
        otherLoads.add(Workload.startWriters(second, OTHER_WRITERS, OTHER_PAUSE));
    }

    private Workload newestOfSecond() {
        return otherLoads.get(otherLoads.size() - 1);
    }

    /** Compares what the instances have decided since the last call. */
    private void compare() {
        long now = System.nanoTime();
        Duration difference = decisions(first).longestDifference(decisions(second), comparedFrom, now);
        comparedFrom = now;
        if (difference.compareTo(longestDifference) > 0) {
            longestDifference = difference;
        }
        if (difference.compareTo(INTERVAL.multipliedBy(2)) > 0) {
            log.warn("{}: two instances wrote to different nodes:\n{}\n{}", stack, decisions(first), decisions(second));
        }
    }

    /**
     * Ends the writers and verifies all that must hold while one fit member is left: every member has each acknowledged
     * write, once; no more writes failed than were in flight; no read did; and the instances agreed.
     *
     * @param faults how often writers may have lost what was in flight
     */
    void assertSound(String scenario, int faults) throws Exception {
        assertWritesSound(scenario, faults);
        assertThat(longestDifference)
                .as("two instances wrote to different nodes:%n%s%n%s", decisions(first), decisions(second))
                .isLessThan(DIFFERENCE);
        assertThat(load.failedReads()).isEmpty();
    }

    /** Verifies the writes alone, where no fit member was left to read from, or one instance was told to differ. */
    void assertWritesSound(String scenario, int faults) throws Exception {
        load.awaitMoreWrites(10);
        newestOfSecond().awaitMoreWrites(10);
        awaitAgreement();
        compare();
        List<Workload> loads = endAll();
        first.cluster().awaitReplicated();
        log.warn(
                "{} {}: of {} writes {} failed and {} are unknown, {} reads failed; instances differed for {} ms",
                stack,
                scenario,
                loads.stream().mapToInt(each -> each.history().writes().size()).sum(),
                loads.stream()
                        .mapToLong(each -> each.history().count(Outcome.FAILED))
                        .sum(),
                loads.stream()
                        .mapToLong(each -> each.history().count(Outcome.UNKNOWN))
                        .sum(),
                load.failedReads().size(),
                longestDifference.toMillis());
        for (ClusterNode node : first.cluster().nodes()) {
            for (Workload each : loads) {
                assertThat(each.assertSound(node, false)).as(node.name()).isEmpty();
            }
        }
        assertThat(lost(List.of(load))).hasSizeLessThanOrEqualTo(faults * Workload.WRITERS);
        assertThat(lost(otherLoads)).hasSizeLessThanOrEqualTo(faults * OTHER_WRITERS);
    }

    /** Without the writes that met, on another member, one of the same row that was in flight on the lost one. */
    private static List<String> lost(List<Workload> loads) {
        return loads.stream()
                .flatMap(each -> each.failedWrites().stream())
                .filter(failure -> !failure.contains("because of a conflict"))
                .toList();
    }

    /** Returns the acknowledged writes of a server that were begun after a moment. */
    List<Write> acknowledgedBy(String server, long after) {
        return Stream.concat(Stream.of(load), otherLoads.stream())
                .flatMap(each -> each.history().writes().stream())
                .filter(write -> write.outcome() == Outcome.ACKNOWLEDGED
                        && server.equals(write.server())
                        && write.reachedAt() - after > 0)
                .toList();
    }

    private List<Workload> endAll() throws InterruptedException {
        List<Workload> all = new ArrayList<>(otherLoads);
        all.add(load);
        all.forEach(Workload::stop);
        for (Workload each : all) {
            each.close();
        }
        return all;
    }

    @Override
    public void close() throws InterruptedException {
        try {
            endAll();
        } finally {
            second.close();
        }
    }
}
