package io.github.replicationrouting.internal.connection.logical;

import com.mysql.cj.Session;
import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.jdbc.JdbcConnection;
import com.mysql.cj.jdbc.JdbcPropertySetImpl;
import com.mysql.cj.protocol.ServerSession;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Connections of Connector/J without a server, which record what they execute by URL, and fail as a test says. */
public final class ConnectorJStub implements Driver {

    private static final int STATUS_AUTOCOMMIT = 2;
    private static final Map<String, List<String>> EXECUTED = new ConcurrentHashMap<>();
    private static final Map<String, Map<String, SQLException>> FAILURES = new ConcurrentHashMap<>();
    private static final Set<String> REFUSED = ConcurrentHashMap.newKeySet();
    private static final Set<String> OUTSIDE_GROUP = ConcurrentHashMap.newKeySet();

    /** Has the next execution of a text with a part, or of COMMIT or ROLLBACK, fail on connections of a URL. */
    static void failNext(String url, String part, SQLException error) {
        FAILURES.computeIfAbsent(url, any -> new ConcurrentHashMap<>()).put(part, error);
    }

    private static void execute(String url, String sql) throws SQLException {
        fail(url, sql);
        executed(url).add(sql);
    }

    private static void fail(String url, String sql) throws SQLException {
        Map<String, SQLException> failures = FAILURES.getOrDefault(url, Map.of());
        String part = failures.keySet().stream().filter(sql::contains).findAny().orElse(null);
        if (part != null) {
            throw Objects.requireNonNull(failures.remove(part));
        }
    }

    /** Returns the updates, commits and rollbacks that connections of a URL have executed. */
    static List<String> executed(String url) {
        return EXECUTED.computeIfAbsent(url, any -> new CopyOnWriteArrayList<>());
    }

    /** Has connections to a URL refused from now on. */
    static void refuse(String url) {
        REFUSED.add(url);
    }

    /** Has the server of a URL show from now on that it has lost its group. */
    static void loseGroup(String url) {
        OUTSIDE_GROUP.add(url);
    }

    /** @param closesOnTimeout whether the driver closes the connection of a statement that exceeds its query timeout */
    static JdbcConnection connection(String url, boolean closesOnTimeout) {
        PropertySet properties = new JdbcPropertySetImpl();
        properties.<Boolean>getProperty(PropertyKey.queryTimeoutKillsConnection).setValue(closesOnTimeout);
        ServerSession server = stub(
                ServerSession.class,
                (method, arguments) -> method.getName().equals("getStatusFlags") ? STATUS_AUTOCOMMIT : null);
        Session session =
                stub(Session.class, (method, arguments) -> method.getName().equals("getServerSession") ? server : null);
        return stub(JdbcConnection.class, (method, arguments) -> switch (method.getName()) {
            case "getSession" -> session;
            case "getPropertySet" -> properties;
            case "createStatement" -> statement(url);
            case "getAutoCommit", "isValid" -> true;
            case "commit", "rollback" -> {
                if (arguments.length == 0) {
                    execute(url, method.getName().toUpperCase(Locale.ROOT));
                }
                yield null;
            }
            default -> null;
        });
    }

    private static Statement statement(String url) {
        return stub(Statement.class, (method, arguments) -> switch (method.getName()) {
            case "executeQuery" -> {
                fail(url, (String) arguments[0]);
                yield ((String) arguments[0]).contains("replication_group_members")
                        ? ownState(OUTSIDE_GROUP.contains(url) ? "ERROR" : "ONLINE")
                        : sessionVariables();
            }
            case "executeUpdate" -> {
                execute(url, (String) arguments[0]);
                yield 1;
            }
            default -> null;
        });
    }

    /** The row of the server itself in its view of the group. */
    private static ResultSet ownState(String state) {
        AtomicInteger rows = new AtomicInteger(1);
        return stub(ResultSet.class, (method, arguments) -> switch (method.getName()) {
            case "next" -> rows.getAndDecrement() > 0;
            case "getString" -> state;
            case "getBoolean" -> true;
            default -> null;
        });
    }

    /** The first is auto-commit, which is on. */
    private static ResultSet sessionVariables() {
        return stub(ResultSet.class, (method, arguments) -> switch (method.getName()) {
            case "next" -> true;
            case "getInt" -> arguments[0].equals(1) ? 1 : 0;
            case "getString" -> "REPEATABLE-READ";
            case "getConcurrency" -> ResultSet.CONCUR_READ_ONLY;
            default -> null;
        });
    }

    private interface Answers {

        /** Returns the answer to a call; null for zero, false or null. */
        @Nullable
        Object to(Method method, Object[] arguments) throws SQLException;
    }

    private static <T> T stub(Class<T> type, Answers answers) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Object answer = answers.to(method, arguments == null ? new Object[0] : arguments);
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

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        if (REFUSED.contains(url)) {
            throw new SQLNonTransientConnectionException("connection refused", "08001");
        }
        return connection(url, true);
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
