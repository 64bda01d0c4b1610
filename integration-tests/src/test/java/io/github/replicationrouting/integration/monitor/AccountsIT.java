package io.github.replicationrouting.integration.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.event.NodeStateChangedEvent;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;

/** A rejected login proves nothing about a server, and a changed password is adopted. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
@ExtendWith(OutputCaptureExtension.class)
class AccountsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String APPLICATION = "rotated";
    private static final String MONITOR = "prober";

    private final Applications applications;
    private final Stack stack;
    private final ReplicatedCluster cluster;

    AccountsIT(Stack stack, Applications applications) {
        this.applications = applications;
        this.stack = stack;
        this.cluster = applications.cluster(stack);
    }

    @BeforeEach
    void createAccounts() {
        cluster.heal();
        dropAccounts();
        for (String account : List.of(APPLICATION, MONITOR)) {
            administer("CREATE USER '%s'@'%%' IDENTIFIED BY 'old'".formatted(account));
        }
        administer("GRANT ALL ON %s.* TO '%s'@'%%'".formatted(cluster.database(), APPLICATION));
        cluster.awaitReplicated();
        ChangingPassword.current = "old";
    }

    @AfterEach
    void dropAccounts() {
        administer("DROP USER IF EXISTS '%s'@'%%'".formatted(APPLICATION));
        administer("DROP USER IF EXISTS '%s'@'%%'".formatted(MONITOR));
        cluster.awaitReplicated();
    }

    @Test
    void whenTheMonitorsAccountIsLockedShouldProbeWithTheNodesOwn(CapturedOutput output) {
        try (TestApplication app =
                start("replication.routing.monitor.username=" + MONITOR, "replication.routing.monitor.password=old")) {
            Statuses statuses = new Statuses(app);
            administer("ALTER USER '%s'@'%%' ACCOUNT LOCK".formatted(MONITOR));
            cluster.awaitReplicated();
            endSessionsOf(MONITOR);

            assertWorksOnEachNode(app);
            app.awaitProbes(20);
            statuses.assertAlwaysOnline();
            assertWorksOnEachNode(app);
            assertThat(sessionsOf(MONITOR)).isZero();
            assertThat(output)
                    .contains("the server refuses the monitor's account")
                    .contains("account is locked");

            // Lag is still measured.
            cluster.node("db2").stopApplier();
            app.insertAuthor("unseen");
            app.awaitState("db2", NodeState.LAGGING);
            cluster.node("db2").startApplier();
            app.awaitState("db2", NodeState.ONLINE);
        }
    }

    @Test
    void whenNoAccountMayLogInShouldKeepStatesAndCloseNothing(CapturedOutput output) throws Exception {
        try (TestApplication app = start("replication.routing.hikari.minimum-idle=4")) {
            awaitFullPools(app);
            Map<ClusterNode, Long> probes = sessionsOfProbes(app);
            changePassword(APPLICATION, "new");
            Statuses statuses = new Statuses(app);
            long refused = refusedProbes(app);
            probes.forEach(AccountsIT::kill);

            // The lost connection itself is a reason to avoid a replica, until the next probe.
            await().atMost(LIMIT).until(() -> {
                app.transactions().readOnly(app::node);
                assertThat(app.transactions().write(app::node)).isEqualTo("db1");
                return cluster.nodes().stream()
                        .allMatch(node ->
                                String.valueOf(app.status(node.name()).reason()).contains("cannot be probed"));
            });
            await().atMost(LIMIT).until(() -> {
                assertWorksOnEachNode(app);
                return refusedProbes(app) >= refused + 6;
            });
            statuses.assertAlwaysOnline();
            assertThat(app.status("db2").reason()).contains("access denied");
            assertThat(output).contains("node db2: cannot be probed");

            changePassword(APPLICATION, "old");
            await().atMost(LIMIT).until(() -> app.status("db2").reason() == null);
            statuses.assertAlwaysOnline();
        }
    }

    @Test
    void whenThePasswordOfRunningPoolsIsSetShouldProbeWithIt() {
        rotate(pool -> pool.setPassword("new"));
    }

    @Test
    void whenTheCredentialsOfRunningPoolsAreSetByManagementShouldProbeWithThem() {
        rotate(pool -> pool.getHikariConfigMXBean().setCredentials(Credentials.of(APPLICATION, "new")));
    }

    @Test
    void whenUserAndPasswordOfRunningPoolsAreSetByManagementShouldProbeWithThem() {
        rotate(pool -> {
            pool.getHikariConfigMXBean().setUsername(APPLICATION);
            pool.getHikariConfigMXBean().setPassword("new");
        });
    }

    @Test
    void whenAProviderGivesANewPasswordShouldProbeWithIt() {
        rotate(
                pool -> ChangingPassword.current = "new",
                "replication.routing.hikari.credentials-provider-class-name=" + ChangingPassword.class.getName());
    }

    private void rotate(Consumer<HikariDataSource> update, String... properties) {
        try (TestApplication app = start(properties)) {
            changePassword(APPLICATION, "new");
            app.bean(ReplicationRouting.class).pools().forEach(pool -> update.accept(pool.pool()));
            endSessionsOf(APPLICATION);

            long refused = refusedProbes(app);
            await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> assertWorksOnEachNode(app));
            app.awaitProbes(10);
            app.awaitAllEligible();
            assertWorksOnEachNode(app);
            // One probe may have been in flight.
            assertThat(refusedProbes(app) - refused).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void whenANodeRejectsTheMonitorShouldReportTheReason() {
        administer("CREATE USER locked@'%' IDENTIFIED BY 'x' ACCOUNT LOCK");
        administer("CREATE USER expired@'%' IDENTIFIED BY 'x' PASSWORD EXPIRE");
        administer("CREATE USER encrypted@'%' IDENTIFIED BY 'x' REQUIRE SSL");
        // MariaDB accepts the login, to let the account change its password.
        administer("GRANT ALL ON %s.* TO expired@'%%'".formatted(cluster.database()));
        cluster.awaitReplicated();
        try {
            assertReasons(
                    "db2",
                    "account is locked",
                    "db3",
                    "password of the monitor's user has expired",
                    accounts("locked", "expired"));
            List<String> settings = accounts("encrypted", APPLICATION);
            String mode = stack == Stack.MARIADB ? "sslMode=verify-ca" : "sslMode=VERIFY_CA";
            String url = url("db3");
            settings.add("replication.routing.nodes.db3.url="
                    + (url.contains("sslMode=DISABLED") ? url.replace("sslMode=DISABLED", mode) : url + "?" + mode));
            // The embedded MariaDB has no certificate.
            String certificate =
                    stack == Stack.MYSQL ? "certificate is not trusted" : "which the server does not offer";
            assertReasons("db2", "account requires TLS", "db3", certificate, settings);
        } finally {
            administer("DROP USER locked@'%', expired@'%', encrypted@'%'");
            cluster.awaitReplicated();
        }
    }

    private static List<String> accounts(String ofDb2, String ofDb3) {
        return new ArrayList<>(List.of(
                "replication.routing.nodes.db2.username=" + ofDb2,
                "replication.routing.nodes.db2.password=x",
                "replication.routing.nodes.db3.username=" + ofDb3,
                "replication.routing.nodes.db3.password=" + (ofDb3.equals(APPLICATION) ? "old" : "x")));
    }

    private void assertReasons(String node, String reason, String other, String otherReason, List<String> settings) {
        settings.add("replication.routing.username=" + APPLICATION);
        settings.add("replication.routing.password=old");
        settings.add("logging.level.com.zaxxer.hikari=error");
        try (TestApplication app = applications.start(stack, JdbcApplication.class, settings.toArray(String[]::new))) {
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(app.status(node).reason()).contains(reason);
                assertThat(app.status(other).reason()).contains(otherReason);
            });
        }
    }

    private String url(String node) {
        return cluster.node(node).jdbcUrl(stack == Stack.MARIADB ? JdbcDriver.MARIADB : JdbcDriver.CONNECTOR_J);
    }

    // --- credentials in use

    private TestApplication start(String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "replication.routing.username=" + APPLICATION,
                "replication.routing.password=old",
                TestApplication.PATIENT,
                "logging.level.com.zaxxer.hikari=error"));
        all.addAll(List.of(properties));
        TestApplication app = applications.start(stack, JdbcApplication.class, all.toArray(String[]::new));
        cluster.nodes().forEach(node -> app.awaitState(node.name(), NodeState.ONLINE));
        return app;
    }

    private static void assertWorksOnEachNode(TestApplication app) {
        app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
        assertThat(app.transactions().write(app::node)).isEqualTo("db1");
    }

    private static void awaitFullPools(TestApplication app) {
        await().atMost(LIMIT).until(() -> app.bean(ReplicationRouting.class).pools().stream()
                .allMatch(pool -> pool.pool().getHikariPoolMXBean().getIdleConnections() == 4));
    }

    /** Counts the probes that ended without reaching the server, of any kind. */
    private static long refusedProbes(TestApplication app) {
        return (long) app.bean(MeterRegistry.class).find("replication.routing.probes").functionCounters().stream()
                .filter(counter -> !"answered".equals(counter.getId().getTag("outcome")))
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    // --- accounts and sessions

    private void changePassword(String account, String password) {
        administer("ALTER USER '%s'@'%%' IDENTIFIED BY '%s'".formatted(account, password));
        cluster.awaitReplicated();
    }

    private void administer(String sql) {
        cluster.primary().execute(List.of(sql));
    }

    private void endSessionsOf(String user) {
        for (ClusterNode node : cluster.nodes()) {
            for (long session : sessions(node, "USER = '%s'".formatted(user))) {
                kill(node, session);
            }
        }
    }

    private int sessionsOf(String user) {
        return cluster.nodes().stream()
                .mapToInt(node -> sessions(node, "USER = '%s'".formatted(user)).size())
                .sum();
    }

    /** Returns the session of the application's account that is in no pool, on each node. */
    private Map<ClusterNode, Long> sessionsOfProbes(TestApplication app) {
        Map<ClusterNode, Long> probes = new HashMap<>();
        for (var pool : app.bean(ReplicationRouting.class).pools()) {
            ClusterNode node = cluster.node(pool.node().name());
            List<Long> all = sessions(node, "USER = '%s'".formatted(APPLICATION));
            List<Long> pooled = new ArrayList<>();
            List<Connection> borrowed = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    Connection connection = pool.pool().getConnection();
                    borrowed.add(connection);
                    pooled.add(query(connection, "SELECT CONNECTION_ID()").get(0));
                }
                for (Connection connection : borrowed) {
                    connection.close();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            all.removeAll(pooled);
            assertThat(all).as("sessions of probes on " + pool.node()).hasSize(1);
            probes.put(node, all.get(0));
        }
        return probes;
    }

    private static List<Long> sessions(ClusterNode node, String condition) {
        try (Connection connection = node.adminConnection()) {
            return query(connection, "SELECT ID FROM information_schema.PROCESSLIST WHERE " + condition);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Long> query(Connection connection, String sql) throws SQLException {
        List<Long> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getLong(1));
            }
        }
        return values;
    }

    private static void kill(ClusterNode node, long session) {
        try {
            node.killSession(session);
        } catch (IllegalStateException e) {
            // Ended meanwhile.
        }
    }

    /** Credentials that change after a moment. */
    private static final class Statuses {

        private final TestApplication app;
        private final List<String> changes = new CopyOnWriteArrayList<>();

        Statuses(TestApplication app) {
            this.app = app;
            app.context().addApplicationListener(this::onEvent);
        }

        private void onEvent(ApplicationEvent event) {
            if (event instanceof PayloadApplicationEvent<?> payload
                    && payload.getPayload() instanceof NodeStateChangedEvent change) {
                changes.add(change.toString());
            }
        }

        void assertAlwaysOnline() {
            assertThat(app.bean(ReplicationRouting.class).snapshot().nodes())
                    .allSatisfy(node -> assertThat(node).returns(NodeState.ONLINE, NodeStatus::state));
            assertThat(changes).isEmpty();
        }
    }

    /** Creates one as HikariCP does. */
    public static final class ChangingPassword implements HikariCredentialsProvider {

        private static volatile String current = "old";

        @Override
        public Credentials getCredentials() {
            return Credentials.of(APPLICATION, current);
        }
    }
}
