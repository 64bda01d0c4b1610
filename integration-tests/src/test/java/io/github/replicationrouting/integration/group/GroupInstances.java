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
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two instances of an application that write to and read from a group through its faults. A third one starts in the
 * middle, as after a restart: it has seen nothing of what the others have.
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
    private final TestApplication second;
    private final Workload load;
    private final Workload otherLoad;
    private long startedAt;

    private GroupInstances(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        first = applications.get(stack, RecordedApplication.class, properties("first"));
        second = applications.get(stack, RecordedApplication.class, properties("second"));
        Workload.createTables(first.cluster());
        load = Workload.start(first, LOAD_PAUSE);
        otherLoad = Workload.startWriters(second, OTHER_WRITERS, OTHER_PAUSE);
        startedAt = System.nanoTime();
    }

    static GroupInstances start(Stack stack, Applications applications) {
        return new GroupInstances(stack, applications);
    }

    /** Waits until both write to one node, which is compared from then on. */
    void settle() {
        // The statements of the test are writes, too, and instances that write nothing else follow them.
        load.awaitMoreWrites(SETTLED);
        awaitAgreement();
        startedAt = System.nanoTime();
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

    /** Starts one more instance, which has to find out where the others write. */
    void assertANewInstanceAgrees() {
        long from = System.nanoTime();
        try (TestApplication restarted =
                applications.start(stack, RecordedApplication.class, properties("restarted"))) {
            await().atMost(LIMIT).until(() -> restarted.knownPrimary() != null);
            restarted.awaitProbes(4);
            assertThat(restarted.knownPrimary()).isEqualTo(first.knownPrimary());
            assertAgree(first, restarted, from);
            assertAgree(second, restarted, from);
        }
    }

    private static Duration difference(TestApplication one, TestApplication other, long from) {
        return decisions(one).longestDifference(decisions(other), from, System.nanoTime());
    }

    private static void assertAgree(TestApplication one, TestApplication other, long from) {
        assertThat(difference(one, other, from))
                .as("two instances wrote to different nodes:%n%s%n%s", decisions(one), decisions(other))
                .isLessThan(DIFFERENCE);
    }

    /**
     * Ends the writers and verifies all that must hold while one fit member is left: every member has each acknowledged
     * write, once; no more writes failed than were in flight; no read did; and the instances agreed.
     *
     * @param faults how often writers may have lost what was in flight
     */
    void assertSound(String scenario, int faults) throws Exception {
        assertWritesSound(scenario, faults);
        assertAgree(first, second, startedAt);
        assertThat(load.failedReads()).isEmpty();
    }

    /** Verifies the writes alone, where no fit member was left to read from, or one instance was told to differ. */
    void assertWritesSound(String scenario, int faults) throws Exception {
        load.awaitMoreWrites(10);
        otherLoad.awaitMoreWrites(10);
        awaitAgreement(first, second);
        Duration longest = difference(first, second, startedAt);
        load.stop();
        otherLoad.close();
        load.close();
        first.cluster().awaitReplicated();
        log.warn(
                "{} {}: of {} writes {} failed and {} are unknown, {} reads failed; instances differed for {} ms",
                stack,
                scenario,
                load.history().writes().size() + otherLoad.history().writes().size(),
                load.history().count(Outcome.FAILED) + otherLoad.history().count(Outcome.FAILED),
                load.history().count(Outcome.UNKNOWN) + otherLoad.history().count(Outcome.UNKNOWN),
                load.failedReads().size(),
                longest.toMillis());
        for (ClusterNode node : first.cluster().nodes()) {
            assertThat(load.assertSound(node, false)).as(node.name()).isEmpty();
            assertThat(otherLoad.assertSound(node, false)).as(node.name()).isEmpty();
        }
        assertThat(lost(load)).hasSizeLessThanOrEqualTo(faults * Workload.WRITERS);
        assertThat(lost(otherLoad)).hasSizeLessThanOrEqualTo(faults * OTHER_WRITERS);
    }

    /** Without the writes that met, on another member, one of the same row that was in flight on the lost one. */
    private static List<String> lost(Workload load) {
        return load.failedWrites().stream()
                .filter(failure -> !failure.contains("because of a conflict"))
                .toList();
    }

    /** Returns the acknowledged writes of a server that were begun after a moment. */
    List<Write> acknowledgedBy(String server, long after) {
        return Stream.of(load, otherLoad)
                .flatMap(each -> each.history().writes().stream())
                .filter(write -> write.outcome() == Outcome.ACKNOWLEDGED
                        && server.equals(write.server())
                        && write.reachedAt() - after > 0)
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        load.stop();
        otherLoad.close();
        load.close();
    }
}
