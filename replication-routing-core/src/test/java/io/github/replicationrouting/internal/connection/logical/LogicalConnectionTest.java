package io.github.replicationrouting.internal.connection.logical;

import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.Session;
import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.jdbc.JdbcConnection;
import com.mysql.cj.jdbc.JdbcPropertySetImpl;
import com.mysql.cj.protocol.ServerSession;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A logical connection over connections of Connector/J without a server, which it closes after a query timeout. */
class LogicalConnectionTest {

    private static final List<String> UPDATES = new CopyOnWriteArrayList<>();

    private final Node db1 = node("db1");
    private final SettableTopology topology = new SettableTopology(withPrimary(primary(db1)));
    private final ConnectionDefaults defaults = new ConnectionDefaults(true, null);
    private final NodePool pool = new NodePool(
            "test",
            db1,
            pool(),
            new ConnectionFactory(
                    "jdbc:stub://db1/",
                    StubDriver.class.getName(),
                    new Properties(),
                    () -> Credentials.of("u", "p"),
                    Duration.ofSeconds(1)),
            connection -> Dialects.standard().named("mysql"),
            defaults,
            failure -> {},
            task -> new Thread(task).start(),
            false,
            false);
    private final LeaseManager leases = new LeaseManager(
            "test",
            new ConcurrentHashMap<>(Map.of(db1, pool)),
            topology,
            defaults,
            new PrimaryWait(topology, Duration.ZERO, 1, RouterMetrics.NONE),
            RouterMetrics.NONE,
            new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), null),
            new Consistency(
                    "test",
                    ConsistencySettings.defaults(),
                    topology,
                    new KnownPositions(Duration.ofSeconds(1)),
                    Duration.ofSeconds(1),
                    RouterMetrics.NONE));

    @BeforeEach
    void clear() {
        UPDATES.clear();
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void whenNoTimeIsLeftForARetryShouldThrowATimeoutWithoutSendingTheStatement() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = open();
                Statement statement = connection.createStatement()) {
            context.limitTo(Duration.ZERO);
            context.nextAttempt();

            assertThatThrownBy(() -> statement.executeUpdate("INSERT INTO t VALUES (1)"))
                    .isExactlyInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("retry");

            assertThat(context.hasCommitted()).isFalse();
            assertThat(UPDATES).isEmpty();
        }
    }

    @Test
    void whenTimeIsLeftForARetryShouldExecuteTheStatement() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = open();
                Statement statement = connection.createStatement()) {
            context.limitTo(Duration.ofMinutes(1));
            context.nextAttempt();

            statement.executeUpdate("INSERT INTO t VALUES (1)");

            assertThat(context.hasCommitted()).isTrue();
            assertThat(UPDATES).containsExactly("INSERT INTO t VALUES (1)");
        }
    }

    @Test
    void whenClosedWithOpenStatementsShouldReleaseItsLeaseOnce() throws Exception {
        Connection connection = open();
        Statement first = connection.createStatement();
        Statement second = connection.createStatement();
        assertThat(db1.inFlight()).isOne();

        connection.close();
        assertThat(db1.inFlight()).isZero();
        first.close();
        second.close();
        connection.close();

        assertThat(db1.inFlight()).isZero();
    }

    private Connection open() {
        return leases.open(intent -> new Decision(db1, DecisionReason.OUTSIDE_TRANSACTION, true));
    }

    private static HikariConfig pool() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return config;
    }

    /** Opens connections of Connector/J that reach no server. */
    public static final class StubDriver implements Driver {

        @Override
        public Connection connect(String url, Properties info) {
            PropertySet properties = new JdbcPropertySetImpl();
            properties
                    .<Boolean>getProperty(PropertyKey.queryTimeoutKillsConnection)
                    .setValue(true);
            ServerSession server = stub(
                    ServerSession.class, (method, arguments) -> method.getName().equals("getStatusFlags") ? 2 : null);
            Session session = stub(
                    Session.class, (method, arguments) -> method.getName().equals("getServerSession") ? server : null);
            return stub(JdbcConnection.class, (method, arguments) -> switch (method.getName()) {
                case "getSession" -> session;
                case "getPropertySet" -> properties;
                case "createStatement" -> statement();
                case "getAutoCommit", "isValid" -> true;
                default -> null;
            });
        }

        private static Statement statement() {
            return stub(Statement.class, (method, arguments) -> switch (method.getName()) {
                case "executeQuery" -> sessionVariables();
                case "executeUpdate" -> {
                    UPDATES.add((String) arguments[0]);
                    yield 1;
                }
                default -> null;
            });
        }

        private static ResultSet sessionVariables() {
            return stub(ResultSet.class, (method, arguments) -> switch (method.getName()) {
                case "next" -> true;
                case "getInt" -> arguments[0].equals(1) ? 1 : 0;
                case "getString" -> "REPEATABLE-READ";
                default -> null;
            });
        }

        @Override
        public boolean acceptsURL(String url) {
            return true;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }
    }

    private interface Answers {
        /** Returns the answer; null for the default of the method's type. */
        @Nullable
        Object to(Method method, Object[] arguments);
    }

    private static <T> T stub(Class<T> type, Answers answers) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Object answer = answers.to(method, arguments);
            return answer != null ? answer : defaultOf(method);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object defaultOf(Method method) {
        Class<?> type = method.getReturnType();
        if (type == boolean.class) {
            return false;
        }
        return type == int.class ? (Object) 0 : null;
    }
}
