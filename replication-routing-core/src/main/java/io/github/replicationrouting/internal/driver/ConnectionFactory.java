package io.github.replicationrouting.internal.driver;

import com.zaxxer.hikari.util.Credentials;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to one node through its JDBC driver, each bounded in time until the server has answered the
 * handshake: a driver's connect timeout alone does not bound a server that accepts and then says nothing. Thread-safe.
 */
public final class ConnectionFactory {

    private static final Logger log = LoggerFactory.getLogger(ConnectionFactory.class);

    private static final String CONNECT_TIMEOUT = "connectTimeout";
    private static final String SESSION_REPORTS = "trackSessionState";
    private static final String SOCKET_TIMEOUT = "socketTimeout";

    /** Properties of either driver that may set user variables. */
    private static final Set<String> INITIAL_SQL = Set.of("sessionVariables", "initSql");

    /** {@code jdbc:mysql://host:port/} database {@code ?parameters}. */
    private static final Pattern DATABASE = Pattern.compile("^(jdbc:[^/?]*//[^/?]*/)[^?]*(\\?.*)?$");

    private final String url;
    private final Driver driver;
    private final Properties properties;
    private final Supplier<Credentials> credentials;
    private final Duration connectTimeout;
    private final @Nullable String socketFactory;
    private final LoginErrors loginErrors;

    /**
     * @param url JDBC URL; a time limit that it sets itself wins
     * @param driverClassName driver to load, or null to ask the driver manager
     * @param properties further driver properties
     * @param credentials asked at every connection, so that rotated secrets are met
     * @param connectTimeout limit for the TCP connection and for the handshake
     * @throws IllegalArgumentException when no driver accepts the URL
     */
    public ConnectionFactory(
            String url,
            @Nullable String driverClassName,
            Properties properties,
            Supplier<Credentials> credentials,
            Duration connectTimeout) {
        this(url, driverFor(url, driverClassName), properties, credentials, connectTimeout);
    }

    private ConnectionFactory(
            String url,
            Driver driver,
            Properties properties,
            Supplier<Credentials> credentials,
            Duration connectTimeout) {
        this(url, driver, properties, credentials, connectTimeout, socketFactoryFor(url, driver, properties));
    }

    private ConnectionFactory(
            String url,
            Driver driver,
            Properties properties,
            Supplier<Credentials> credentials,
            Duration connectTimeout,
            @Nullable String socketFactory) {
        this.url = url;
        this.driver = driver;
        this.properties = properties;
        this.credentials = credentials;
        this.connectTimeout = connectTimeout;
        this.socketFactory = socketFactory;
        this.loginErrors = new LoginErrors(url);
    }

    /** Whose sockets are closed to release a call; null where only the connection as a whole can be aborted. */
    private static @Nullable String socketFactoryFor(String url, Driver driver, Properties properties) {
        String ours = setsItself(SocketCapture.PROPERTY, url, properties) ? null : SocketCapture.factoryFor(driver);
        if (ours == null) {
            log.debug(
                    "{} keeps its sockets to itself, or the URL or driver properties set {}: calls on a node that does"
                            + " not answer are released by Connection.abort, which may take longer",
                    driver.getClass().getName(),
                    SocketCapture.PROPERTY);
        }
        return ours;
    }

    /** Returns the same node for another user. */
    public ConnectionFactory withCredentials(Supplier<Credentials> other) {
        return new ConnectionFactory(url, driver, properties, other, connectTimeout, socketFactory);
    }

    /** Returns the same server without choosing a database, for an account that may log in and nothing else. */
    public ConnectionFactory withoutDatabase() {
        return new ConnectionFactory(
                DATABASE.matcher(url)
                        .replaceFirst(parts -> parts.group(1) + Objects.requireNonNullElse(parts.group(2), "")),
                driver,
                properties,
                credentials,
                connectTimeout,
                socketFactory);
    }

    /** Returns the same with the drivers told to pass on what a server reports of its session, where they need to be told. */
    public ConnectionFactory withSessionReports() {
        if (!driver.getClass().getName().startsWith("com.mysql.") || setsItself(SESSION_REPORTS)) {
            return this;
        }
        Properties more = new Properties();
        more.putAll(properties);
        more.setProperty(SESSION_REPORTS, "true");
        return new ConnectionFactory(url, driver, more, credentials, connectTimeout, socketFactory);
    }

    /** Returns whether the driver is told to set variables of new sessions. */
    public boolean runsInitialSql() {
        return INITIAL_SQL.stream().anyMatch(this::setsItself);
    }

    /**
     * Opens a connection whose calls may take any time.
     *
     * @param wire releases whoever waits for the server, while the connection is opened and later
     */
    public Connection open(PhysicalLink wire) throws SQLException {
        Connection connection = connect(connectTimeout, wire);
        wire.use(connection);
        if (!setsItself(SOCKET_TIMEOUT)) {
            try {
                connection.setNetworkTimeout(Runnable::run, 0);
            } catch (SQLException | RuntimeException e) {
                closeQuietly(connection, e);
                throw e;
            }
        }
        return connection;
    }

    /** Opens a connection none of whose calls waits longer than {@code timeout} for the server. */
    public Connection open(Duration timeout) throws SQLException {
        Connection connection = connect(min(connectTimeout, timeout), null);
        try {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(timeout.toMillis()));
        } catch (SQLException | RuntimeException e) {
            closeQuietly(connection, e);
            throw e;
        }
        return connection;
    }

    private Connection connect(Duration timeout, @Nullable PhysicalLink wire) throws SQLException {
        Properties all = new Properties();
        all.putAll(properties);
        Credentials user = currentCredentials();
        if (user.getUsername() != null) {
            all.setProperty("user", user.getUsername());
        }
        if (user.getPassword() != null) {
            all.setProperty("password", user.getPassword());
        }
        String millis = Long.toString(timeout.toMillis());
        for (String limit : new String[] {CONNECT_TIMEOUT, SOCKET_TIMEOUT}) {
            if (!setsItself(limit)) {
                all.setProperty(limit, millis);
            }
        }
        if (wire != null && socketFactory != null) {
            all.setProperty(SocketCapture.PROPERTY, socketFactory);
        }
        Connection connection = connect(all, wire);
        if (connection == null) {
            throw new SQLException("The driver " + driver.getClass().getName() + " does not accept this node's URL");
        }
        return connection;
    }

    private Credentials currentCredentials() throws SQLException {
        try {
            return credentials.get();
        } catch (RuntimeException e) {
            throw new SQLInvalidAuthorizationSpecException("There are no credentials to log in with", "28000", e);
        }
    }

    private @Nullable Connection connect(Properties all, @Nullable PhysicalLink wire) throws SQLException {
        try {
            return wire == null ? driver.connect(url, all) : SocketCapture.open(wire, driver, url, all);
        } catch (SQLException e) {
            throw loginErrors.cleansed(e, all.getProperty("user"));
        } catch (RuntimeException e) {
            // MariaDB's driver throws a NullPointerException when its socket is closed before it could read from it.
            throw new SQLNonTransientConnectionException(
                    "The driver " + driver.getClass().getName() + " failed to open a connection", "08001", e);
        }
    }

    private boolean setsItself(String property) {
        return setsItself(property, url, properties);
    }

    private static boolean setsItself(String property, String url, Properties properties) {
        return properties.containsKey(property)
                || url.contains("?" + property + "=")
                || url.contains("&" + property + "=");
    }

    private static Driver driverFor(String url, @Nullable String driverClassName) {
        try {
            if (driverClassName == null) {
                return DriverManager.getDriver(url);
            }
            Class<?> type = Class.forName(driverClassName, true, ConnectionFactory.class.getClassLoader());
            return (Driver) type.getDeclaredConstructor().newInstance();
        } catch (SQLException e) {
            throw new IllegalArgumentException("no JDBC driver on the class path accepts the URL", e);
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalArgumentException("cannot create the JDBC driver " + driverClassName, e);
        }
    }

    private static void closeQuietly(Connection connection, Exception cause) {
        try {
            connection.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
