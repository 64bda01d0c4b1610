package io.github.replicationrouting.integration.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.failover.History;
import io.github.replicationrouting.integration.failover.Workload;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two instances of an application that writes; the second one restarts from time to time. */
final class Instances implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(100);

    private static final int WRITERS = 2;

    /** Few enough for a node to replicate all of them within seconds. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final class Instance implements AutoCloseable {

        private final TestApplication app;
        private final Workload load;

        Instance(TestApplication app) {
            this.app = app;
            this.load = Workload.startWriters(app, WRITERS, PAUSE);
        }

        /** In this order: a writer may wait for a frozen server as long as its connection is open. */
        @Override
        public void close() throws InterruptedException {
            load.stop();
            app.close();
            load.close();
        }
    }

    private final Servers servers;
    private final Stack stack;
    private final List<Workload> loads = new ArrayList<>();
    private final Instance first;
    private Instance second;

    Instances(Servers servers, Stack stack) {
        this.servers = servers;
        this.stack = stack;
        first = start();
        second = start();
    }

    private Instance start() {
        ReplicatedCluster cluster = servers.cluster();
        Instance started = new Instance(servers.start(
                stack,
                cluster.nodes().stream().map(ClusterNode::name).toList(),
                JdbcApplication.class,
                "replication.routing.writes.hold=2s",
                "replication.routing.monitor.interval=" + INTERVAL.toMillis() + "ms",
                "replication.routing.monitor.username=" + cluster.monitorUsername(),
                "replication.routing.monitor.password=" + cluster.monitorPassword(),
                "logging.level.io.github.replicationrouting=info"));
        loads.add(started.load);
        return started;
    }

    void restartSecond() throws InterruptedException {
        second.close();
        second = start();
    }

    /** Waits until both instances have certainly observed the previous step. */
    void awaitProbes(int probes) {
        first.app.awaitProbes(probes);
        second.app.awaitProbes(probes);
    }

    boolean firstAgreesOn(ClusterNode primary) {
        return primary.name().equals(first.app.knownPrimary());
    }

    boolean secondAgreesOn(ClusterNode primary) {
        return primary.name().equals(second.app.knownPrimary());
    }

    void awaitAgreementOn(ClusterNode node) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(List.of(first, second))
                .extracting(instance -> instance.app.knownPrimary())
                .containsOnly(node.name()));
    }

    /** Waits until the first instance has written to a node once more. */
    void awaitWrite(ClusterNode node) {
        int before = first.load.acknowledgedBy(node.name());
        await().atMost(LIMIT).until(() -> first.load.acknowledgedBy(node.name()) > before);
    }

    /** Returns the results that the writers of all instances received. */
    History history() {
        History all = new History();
        loads.forEach(load -> load.history().writes().forEach(all::add));
        return all;
    }

    @Override
    public void close() throws InterruptedException {
        try (first) {
            second.close();
        }
    }
}
