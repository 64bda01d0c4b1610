package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.integration.support.Transactions;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Users and passwords, wherever they are set, are never shown, neither in operation nor in failures. */
@ExtendWith(OutputCaptureExtension.class)
class SecretsIT {

    private static final String MARKER = "marker7c1e";

    private static ReplicatedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = ReplicatedCluster.mariaDb().replicas(3).start();
        cluster.primary()
                .execute(List.of(
                        "CREATE USER '%s-user'@'%%' IDENTIFIED BY '%s-password'".formatted(MARKER, MARKER),
                        "GRANT ALL ON %s.* TO '%s-user'@'%%'".formatted(cluster.database(), MARKER)));
        cluster.awaitReplicated();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void whenSecretsAreSetTheyShouldBeShownNowhere(CapturedOutput output) {
        List<String> shown = new ArrayList<>();
        String login = "?user=%s-user&password=%s-password".formatted(MARKER, MARKER);
        try (ObservedApplication application = ObservedApplication.start(
                cluster,
                StatesIT.ListeningApplication.class,
                // In the URL, in the properties of a node and of HikariCP, once right and once wrong.
                "replication.routing.username=",
                "replication.routing.password=",
                "replication.routing.nodes.db1.url=" + url("db1") + login,
                "replication.routing.nodes.db2.username=" + MARKER + "-user",
                "replication.routing.nodes.db2.password=" + MARKER + "-password",
                "replication.routing.nodes.db3.hikari.username=" + MARKER + "-user",
                "replication.routing.nodes.db3.hikari.password=" + MARKER + "-password",
                "replication.routing.nodes.db4.username=" + MARKER + "-user",
                "replication.routing.nodes.db4.password=" + MARKER + "-wrong",
                "replication.routing.nodes.db5.url=jdbc:mariadb://127.0.0.1:1/shop" + login,
                "replication.routing.writes.hold=200ms",
                "logging.level.io.github.replicationrouting=trace")) {
            application.awaitRouter(router -> assertThat(
                            router.get("nodes").get("db4").get("reason").asString())
                    .containsIgnoringCase("access denied"));
            application.awaitStates("db1: db1 online, db2 online, db3 online, db4 down, db5 down");
            use(application, shown);

            cluster.node("db3").freeze();
            use(application, shown);
            cluster.node("db3").thaw();
            cluster.node("db1").kill();
            use(application, shown);
            cluster.node("db2").kill();
            cluster.node("db3").kill();
            application.awaitRouter(
                    router -> assertThat(ObservedApplication.states(router)).doesNotContain("online"));
            use(application, shown);
            cluster.heal();
            application.awaitStates("db1: db1 online, db2 online, db3 online, db4 down, db5 down");
            use(application, shown);
            application.bean(StatesIT.ReceivedEvents.class).events().forEach(event -> shown.add("event: " + event));
        }
        assertThat(shown).hasSizeGreaterThan(100);
        assertThat(shown)
                .allSatisfy(text -> assertThat(text.toLowerCase(Locale.ROOT)).doesNotContain(MARKER));
        assertThat(output.getAll()).doesNotContain(MARKER);
        assertThat(output).contains("TRACE").contains("DEBUG").contains("io.github.replicationrouting");
    }

    /** Reads, writes, and calls every endpoint. */
    private static void use(ObservedApplication application, List<String> shown) {
        Transactions transactions = application.bean(Transactions.class);
        JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
        shown.add(failure(() -> transactions.readOnly(() -> jdbc.queryForList("SELECT 1"))));
        shown.add(failure(() -> transactions.write(() -> jdbc.queryForList("SELECT 1"))));
        shown.add(failure(() -> jdbc.queryForList("SELECT 1")));
        // A node that refuses every login: the server's answer quotes the account.
        RoutingDataSource dataSource = application.bean(RoutingDataSource.class);
        shown.add(failure(() -> new JdbcTemplate(dataSource.node("db4")).queryForList("SELECT 1")));
        for (String path : List.of(
                "replicationrouting",
                "replicationrouting?explain=read",
                "replicationrouting?explain=write",
                "replicationrouting/db4",
                "replicationrouting/" + "absent",
                "health",
                "info",
                "prometheus",
                "metrics")) {
            shown.add(path + ": " + application.get("/actuator/" + path).body());
        }
        JsonNode names = application.get("/actuator/metrics").json().get("names");
        for (JsonNode name : names) {
            if (name.asString().startsWith("replication") || name.asString().startsWith("hikari")) {
                shown.add(
                        application.get("/actuator/metrics/" + name.asString()).body());
            }
        }
    }

    private static String failure(Runnable work) {
        Throwable failure = catchThrowable(work::run);
        StringWriter text = new StringWriter();
        if (failure != null) {
            failure.printStackTrace(new PrintWriter(text));
        }
        return "failure: " + text;
    }

    private static String url(String name) {
        ClusterNode node = cluster.node(name);
        String url = node.jdbcUrl(JdbcDriver.MARIADB);
        assertThat(url).doesNotContain("?");
        return url;
    }
}
