package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Applications that start while servers are down. */
@OnStacks(
        value = {Stack.MYSQL, Stack.MARIADB},
        withEachTransactionManager = true)
class StartIT {

    private static final Duration POOL_WAIT = Duration.ofSeconds(30);

    private final Applications applications;
    private final Stack stack;
    private final Class<?> configuration;
    private final ReplicatedCluster cluster;

    StartIT(Stack stack, Class<?> configuration, Applications applications) {
        this.stack = stack;
        this.configuration = configuration;
        this.applications = applications;
        this.cluster = applications.cluster(stack);
    }

    @AfterEach
    void heal() {
        cluster.heal();
    }

    @Test
    void whenAReplicaIsDownTheStartShouldSucceedAndTheOtherServe() {
        cluster.node("db2").kill();
        try (TestApplication app = start()) {
            app.awaitState("db2", NodeState.DOWN);
            for (int i = 0; i < 20; i++) {
                assertThat(app.transactions().readOnly(app::node)).isNotEqualTo("db2");
            }
            assertThat(app.transactions().write(app::node)).isEqualTo("db1");

            cluster.node("db2").start();
            app.awaitAllEligible();
            app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
        }
    }

    @Test
    void whenThePrimaryIsDownTheStartShouldSucceedAndReadsNotWait() {
        cluster.node("db1").kill();
        try (TestApplication app = start()) {
            long began = System.nanoTime();
            assertThat(app.transactions().readOnly(app::node)).isIn("db2", "db3");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(POOL_WAIT.dividedBy(2));
            app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
            assertThatThrownBy(() -> app.transactions().write(app::node))
                    .hasStackTraceContaining("Writes are unavailable");

            cluster.node("db1").start();
            app.awaitAllEligible();
            assertThat(app.transactions().write(app::node)).isEqualTo("db1");
            app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
        }
    }

    /** Spring determines at the first read-only transaction whether connections are read-only by default. */
    @Test
    void whenBothReplicasAreDownThePrimaryShouldServeUntilTheyRecover() {
        cluster.node("db2").kill();
        cluster.node("db3").kill();
        try (TestApplication app = start()) {
            assertThat(app.transactions().readOnly(app::node)).isEqualTo("db1");
            assertThat(app.transactions().<Boolean>readOnly(() -> isReadOnly(app)))
                    .isTrue();
            assertThat(app.transactions().<Boolean>write(() -> isReadOnly(app))).isFalse();

            cluster.node("db2").start();
            cluster.node("db3").start();
            app.awaitAllEligible();
            app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(() -> {
                assertThat(isReadOnly(app)).isTrue();
                return app.node();
            }));
            assertThat(app.transactions().<Boolean>write(() -> isReadOnly(app))).isFalse();
        }
    }

    private TestApplication start() {
        return applications.start(
                stack,
                configuration,
                TestApplication.PATIENT,
                "replication.routing.writes.hold=0",
                "replication.routing.hikari.connection-timeout=" + POOL_WAIT.toMillis());
    }

    private static boolean isReadOnly(TestApplication app) {
        return app.jdbc().queryForObject("SELECT @@session.transaction_read_only", Boolean.class);
    }
}
