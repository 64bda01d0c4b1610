package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.event.SemiSynchronousChangedEvent;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/** A primary stops waiting for its replicas, and the router reports that. */
@ExtendWith(Applications.Extension.class)
class SemiSynchronousIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String TIMEOUT = "SET GLOBAL rpl_semi_sync_source_timeout = ";

    private final TestApplication app;
    private final Queue<Object> received = new ConcurrentLinkedQueue<>();

    SemiSynchronousIT(Applications applications) {
        app = applications.start(Stack.MYSQL_SEMI_SYNCHRONOUS, JdbcApplication.class);
        app.awaitAllEligible();
        ApplicationListener<PayloadApplicationEvent<SemiSynchronousChangedEvent>> listener =
                ApplicationListener.forPayload(received::add);
        app.context().addApplicationListener(listener);
    }

    @AfterEach
    void close() {
        try (app) {
            app.cluster().heal();
            app.cluster().node("db1").execute(List.of(TIMEOUT + "10000"));
        }
    }

    @Test
    void whenReplicationFallsBackToAsynchronousItShouldBeReportedUntilItsEnd() {
        await().atMost(LIMIT).untilAsserted(() -> {
            // A server that has fallen back before waits for replicas again once one has acknowledged a commit.
            write();
            assertThat(app.status("db1").semiSynchronous()).isTrue();
        });
        ClusterNode primary = app.cluster().node("db1");
        primary.execute(List.of(TIMEOUT + "200"));
        app.cluster().replicas().forEach(ClusterNode::stopReceiver);

        write();

        // The preceding lines show that the server has recovered from an earlier test.
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(List.copyOf(received)).endsWith(changed(false)));
        assertThat(app.status("db1").semiSynchronous()).isFalse();

        app.cluster().replicas().forEach(ClusterNode::startReceiver);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(List.copyOf(received)).endsWith(changed(false), changed(true)));
        assertThat(received).filteredOn(changed(false)::equals).hasSize(1);
    }

    private static Object changed(boolean waits) {
        return new SemiSynchronousChangedEvent("dataSource", "db1", waits);
    }

    private void write() {
        app.transactions().write(() -> app.jdbc().update("INSERT INTO author (name) VALUES ('alone')"));
    }
}
