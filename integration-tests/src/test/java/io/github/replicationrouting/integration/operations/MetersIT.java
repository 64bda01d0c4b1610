package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import net.ttddyy.observation.tracing.DataSourceObservationListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Meters and traces after a known load. */
@Tag("essential")
class MetersIT {

    private static ReplicatedCluster cluster;
    private static ObservedApplication application;

    @BeforeAll
    static void start() {
        cluster = ReplicatedCluster.mariaDb().start();
        application = ObservedApplication.start(
                cluster,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.consistency.mode=eventual");
        application.awaitStates("db1: db1 online, db2 online, db3 online");
    }

    @AfterAll
    static void stop() {
        try (ReplicatedCluster last = cluster;
                ObservedApplication first = application) {
            assertThat(last).isNotNull();
            assertThat(first).isNotNull();
        }
    }

    @Test
    void whenTheLoadIsKnownTheDecisionsShouldEqualIt() throws Exception {
        Map<String, Long> before = decisions();
        int threads = 4;
        int each = 250;
        Transactions transactions = application.bean(Transactions.class);
        JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            all.add(pool.submit(() -> {
                for (int i = 0; i < each; i++) {
                    // Two statements on one connection: one decision.
                    transactions.readOnly(() -> one(jdbc) + one(jdbc));
                    if (i % 5 == 0) {
                        transactions.write(() -> one(jdbc));
                    }
                    if (i % 10 == 0) {
                        one(jdbc);
                    }
                    // No statement: none.
                    transactions.write(() -> 0);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(2, TimeUnit.MINUTES);
        }
        pool.shutdown();

        Map<String, Long> load = new TreeMap<>(decisions());
        before.forEach((key, count) -> load.merge(key, -count, Long::sum));
        load.values().removeIf(count -> count == 0);
        long db2 = load.getOrDefault("read db2 replica-selected", 0L);
        long db3 = load.getOrDefault("read db3 replica-selected", 0L);
        assertThat(db2 + db3).isEqualTo(threads * (long) each);
        assertThat(db2).isPositive();
        assertThat(db3).isPositive();
        assertThat(load)
                .isEqualTo(Map.of(
                        "read db2 replica-selected",
                        db2,
                        "read db3 replica-selected",
                        db3,
                        "write db1 read-write",
                        (long) threads * each / 5,
                        "outside-transaction db1 outside-transaction",
                        (long) threads * each / 10));
    }

    @Test
    void whenStartedEachPoolShouldHaveItsMetersOnce() {
        MeterRegistry registry = application.bean(MeterRegistry.class);

        assertThat(registry.find("hikaricp.connections.active").gauges())
                .extracting(gauge -> gauge.getId().getTag("pool"))
                .containsExactlyInAnyOrder("db1DataSource", "db2DataSource", "db3DataSource");
        assertThat(registry.get("replication.routing.writable").gauge().value()).isEqualTo(1);
        assertThat(registry.get("replication.routing.readable.replicas").gauge().value())
                .isEqualTo(2);
        assertThat(registry.get("replication.routing.node.lag")
                        .tag("node", "db2")
                        .gauge()
                        .value())
                .isBetween(0.0, 60.0);
        await().untilAsserted(() -> assertThat(registry.get("replication.routing.probes")
                        .tags("node", "db3", "outcome", "answered")
                        .functionCounter()
                        .count())
                .isPositive());
    }

    @Test
    void whenThePrimaryIsLostAndRecoversShouldCountBothChanges() {
        MeterRegistry registry = application.bean(MeterRegistry.class);
        double before = primaryChanges(registry);
        cluster.node("db1").kill();
        application.awaitStates("none: db1 down, db2 online, db3 online");
        assertThat(registry.get("replication.routing.writable").gauge().value()).isZero();
        cluster.heal();
        application.awaitStates("db1: db1 online, db2 online, db3 online");

        await().untilAsserted(() -> assertThat(primaryChanges(registry)).isEqualTo(before + 2));
    }

    @Test
    void whenAQueryIsObservedItShouldNameNodeAndReason() {
        TestObservationRegistryAssert.assertThat(observedTransaction(false))
                .hasObservationWithNameEqualTo("jdbc.query")
                .that()
                .hasLowCardinalityKeyValue("replication.routing.node", "db1")
                .hasLowCardinalityKeyValue("replication.routing.role", "primary")
                .hasLowCardinalityKeyValue("replication.routing.reason", "read-write");
        TestObservationRegistryAssert.assertThat(observedTransaction(true))
                .hasObservationWithNameEqualTo("jdbc.query")
                .that()
                .hasLowCardinalityKeyValue("replication.routing.role", "replica")
                .hasLowCardinalityKeyValue("replication.routing.reason", "replica-selected");
    }

    private static TestObservationRegistry observedTransaction(boolean readOnly) {
        TestObservationRegistry observations = TestObservationRegistry.create();
        observations.observationConfig().observationFilter(application.observationFilter());
        DataSourceObservationListener listener = new DataSourceObservationListener(observations);
        DataSource observed = ProxyDataSourceBuilder.create(application.bean(DataSource.class))
                .listener(listener)
                .methodListener(listener)
                .build();
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(observed));
        transaction.setReadOnly(readOnly);
        transaction.execute(status -> one(new JdbcTemplate(observed)));
        return observations;
    }

    private static int one(JdbcTemplate jdbc) {
        return jdbc.queryForList("SELECT 1").size();
    }

    private static Map<String, Long> decisions() {
        Map<String, Long> decisions = new TreeMap<>();
        for (FunctionCounter counter : application
                .bean(MeterRegistry.class)
                .find("replication.routing.decisions")
                .functionCounters()) {
            decisions.put(
                    counter.getId().getTag("intent") + " " + counter.getId().getTag("node") + " "
                            + counter.getId().getTag("reason"),
                    Math.round(counter.count()));
        }
        return decisions;
    }

    private static double primaryChanges(MeterRegistry registry) {
        return registry.get("replication.routing.primary.changes")
                .functionCounter()
                .count();
    }
}
