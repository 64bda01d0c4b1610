package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** A replica whose schema differs from the others answers every probe, and fails statements. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
@ExtendWith(OutputCaptureExtension.class)
class SchemaDifferenceIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int READS = 400;
    private static final String METER = "replication.routing.statement.errors";

    private final Applications applications;
    private final Stack stack;
    private final ClusterNode db2;
    private final ClusterNode db3;
    private final String table;

    private TestApplication app;

    SchemaDifferenceIT(Stack stack, Applications applications) {
        this.applications = applications;
        this.stack = stack;
        this.db2 = applications.cluster(stack).node("db2");
        this.db3 = applications.cluster(stack).node("db3");
        this.table = applications.cluster(stack).database() + ".stock";
    }

    @BeforeEach
    void start() {
        applications.cluster(stack).heal();
        applications.cluster(stack).grantMonitoring();
        applications
                .cluster(stack)
                .primary()
                .execute(List.of(
                        "CREATE TABLE " + table + " (id INT PRIMARY KEY, item INT)",
                        "INSERT INTO " + table + " VALUES (1, 2)"));
        applications.cluster(stack).awaitReplicated();
        app = applications.start(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.monitor.username="
                        + applications.cluster(stack).monitorUsername(),
                "replication.routing.monitor.password="
                        + applications.cluster(stack).monitorPassword());
        app.awaitAllEligible();
    }

    @AfterEach
    void stop() {
        app.close();
        List.of(db2, db3).forEach(node -> node.executeLocally(List.of("DROP TABLE IF EXISTS " + table)));
        applications.cluster(stack).primary().execute(List.of("DROP TABLE IF EXISTS " + table));
        applications.cluster(stack).heal();
    }

    @Test
    void whenAColumnIsRenamedOnOneReplicaReadsShouldGoElsewhere(CapturedOutput output) {
        db2.executeLocally(List.of("ALTER TABLE " + table + " CHANGE COLUMN item article INT"));

        assertThat(failedOf(READS, () -> app.transactions().readOnly(this::item)))
                .isZero();
        await().atMost(LIMIT).until(() -> app.status("db2").suspected());
        assertThat(app.status("db2").reason()).contains("1054");
        assertThat(errors("db2", "schema")).isPositive().isLessThan(READS / 4.0);
        assertThat(errors("db3", "schema")).isZero();
        assertThat(errors("db1", "schema")).isZero();
        assertThat(output.getAll().lines().filter(line -> line.contains("WARN") && line.contains("schema")))
                .singleElement()
                .asString()
                .contains("db2")
                .contains("item");
    }

    @Test
    void whenAColumnIsRenamedOnEveryReplicaReadsShouldGoToThePrimaryAfterOneError() {
        List.of(db2, db3)
                .forEach(node ->
                        node.executeLocally(List.of("ALTER TABLE " + table + " CHANGE COLUMN item article INT")));

        assertThat(failedOf(READS, () -> app.transactions().readOnly(this::item)))
                .isZero();
        assertThat(errors("db2", "schema") + errors("db3", "schema"))
                .as("one for each read, and one for the read that met it first")
                .isLessThanOrEqualTo(READS + 1.0);
        assertThat(errors("db1", "schema")).isZero();
    }

    @Test
    void whenATableIsMissingOnOneReplicaReadsOutsideTransactionsShouldSoonGoElsewhere() {
        db2.executeLocally(List.of("DROP TABLE " + table));

        // They are not retried, but other readers do not meet the node indefinitely.
        assertThat(failedOf(READS, this::itemOutsideTransaction)).isLessThan(READS / 10);
        await().atMost(LIMIT).until(() -> app.status("db2").suspected());
        assertThat(app.status("db2").reason()).contains("1146");
    }

    @Test
    void whenEveryNodeRefusesAStatementNoNodeShouldBeSuspected(CapturedOutput output) {
        int statements = 60;
        for (int i = 0; i < statements; i++) {
            assertThatThrownBy(() ->
                            app.transactions().readOnly(() -> app.jdbc().queryForList("SELECT mistake FROM " + table)))
                    .hasStackTraceContaining("mistake");
        }
        List<String> nodes = List.of("db1", "db2", "db3");
        double errors =
                nodes.stream().mapToDouble(node -> errors(node, "schema")).sum();
        assertThat(errors).as("retried on every node once, then never").isBetween(statements * 1.0, statements + 4.0);
        app.awaitProbes(2);
        assertThat(nodes)
                .allSatisfy(node -> assertThat(app.status(node).suspected()).isFalse());
        assertThat(output).doesNotContain("schema");
        assertThat(failedOf(20, () -> app.transactions().readOnly(this::item))).isZero();
    }

    @Test
    void whenAReplicaFiltersItShouldBeWarnedAboutOnce(CapturedOutput output) {
        boolean mySql = stack == Stack.MYSQL;
        db2.stopApplier();
        db2.executeLocally(List.of(
                mySql
                        ? "CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE = ('other.%')"
                        : "SET GLOBAL replicate_wild_ignore_table = 'other.%'"));
        db2.startApplier();
        try {
            await().atMost(LIMIT).untilAsserted(() -> assertThat(output).contains("replicates through a filter"));
            app.awaitProbes(30);
            assertThat(output.getAll().lines().filter(line -> line.contains("replicates through a filter")))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("db2")
                    .containsIgnoringCase("replicate_wild_ignore_table");
        } finally {
            db2.stopApplier();
            db2.executeLocally(List.of(
                    mySql
                            ? "CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE = ()"
                            : "SET GLOBAL replicate_wild_ignore_table = ''"));
            db2.startApplier();
        }
    }

    private static long failedOf(int times, Supplier<?> read) {
        return IntStream.range(0, times).filter(i -> fails(read)).count();
    }

    private static boolean fails(Supplier<?> read) {
        try {
            assertThat(read.get()).isEqualTo(2);
            return false;
        } catch (DataAccessException e) {
            return true;
        }
    }

    private Integer item() {
        return app.jdbc().queryForObject("SELECT item FROM " + table + " WHERE id = 1", Integer.class);
    }

    /** The connection itself is read-only. */
    private Integer itemOutsideTransaction() {
        JdbcTemplate jdbc = app.jdbc();
        return jdbc.<Integer>execute((java.sql.Connection connection) -> {
            connection.setReadOnly(true);
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT item FROM " + table + " WHERE id = 1")) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }

    private double errors(String node, String kind) {
        return app.bean(MeterRegistry.class).find(METER).tag("node", node).tag("kind", kind).functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }
}
