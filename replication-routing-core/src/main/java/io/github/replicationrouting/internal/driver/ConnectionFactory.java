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
 * Opens connections to one node through its JDBC driver, with a timeout that includes the handshake: a driver's connect
 * timeout alone does not limit a server that accepts the connection and then sends nothing. Thread-safe.
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
     * @param url JDBC URL; a timeout that it sets itself wins
     * @param driverClassName driver to load, or null to ask the driver manager
     * @param properties further driver properties
     * @param credentials asked for every connection, so that rotated secrets are used
     * @param connectTimeout timeout for the TCP connection and for the handshake
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

    /**
     * Returns the factory of sockets that can be closed to release a call; null where only the connection can be
     * aborted.
     */
    private static @Nullable String socketFactoryFor(String url, Driver driver, Properties properties) {
        String factory =
                isConfigured(SocketCapture.PROPERTY, url, properties) ? null : SocketCapture.factoryFor(driver);
        if (factory == null) {
            log.debug(
                    "{} does not expose its sockets, or the URL or driver properties set {}: calls on a node that does"
                            + " not answer are released by Connection.abort, which may take longer",
                    driver.getClass().getName(),
                    SocketCapture.PROPERTY);
        }
        return factory;
    }

    /** Returns a factory for the same node with another account. */
    public ConnectionFactory withCredentials(Supplier<Credentials> other) {
        return new ConnectionFactory(url, driver, properties, other, connectTimeout, socketFactory);
    }

    /** Returns a factory for the same server without a database, for an account without privileges. */
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

    /**
     * Returns a factory whose connections pass on session reports of the server, where the driver has a setting for it.
     */
    public ConnectionFactory withSessionReports() {
        if (!driver.getClass().getName().startsWith("com.mysql.") || isConfigured(SESSION_REPORTS)) {
            return this;
        }
        Properties more = new Properties();
        more.putAll(properties);
        more.setProperty(SESSION_REPORTS, "true");
        return new ConnectionFactory(url, driver, more, credentials, connectTimeout, socketFactory);
    }

    /** Returns whether the driver is configured to set variables of new sessions. */
    public boolean runsInitialSql() {
        return INITIAL_SQL.stream().anyMatch(this::isConfigured);
    }

    /**
     * Opens a connection without a socket timeout, unless one is configured.
     *
     * @param link releases a thread that waits for the server, while the connection is opened and later
     */
    public Connection open(PhysicalLink link) throws SQLException {
        Connection connection = connect(connectTimeout, link);
        link.use(connection);
        if (!isConfigured(SOCKET_TIMEOUT)) {
            try {
                connection.setNetworkTimeout(Runnable::run, 0);
            } catch (SQLException | RuntimeException e) {
                closeQuietly(connection, e);
                throw e;
            }
        }
        return connection;
    }

    /** Opens a connection whose calls wait at most {@code timeout} for the server. */
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

    private Connection connect(Duration timeout, @Nullable PhysicalLink link) throws SQLException {
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
            if (!isConfigured(limit)) {
                all.setProperty(limit, millis);
            }
        }
        if (link != null && socketFactory != null) {
            all.setProperty(SocketCapture.PROPERTY, socketFactory);
        }
        Connection connection = connect(all, link);
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

    private @Nullable Connection connect(Properties all, @Nullable PhysicalLink link) throws SQLException {
        try {
            return link == null ? driver.connect(url, all) : SocketCapture.open(link, driver, url, all);
        } catch (SQLException e) {
            throw loginErrors.redacted(e, all.getProperty("user"));
        } catch (RuntimeException e) {
            // MariaDB's driver throws a NullPointerException when its socket is closed before it could read from it.
            throw new SQLNonTransientConnectionException(
                    "The driver " + driver.getClass().getName() + " failed to open a connection", "08001", e);
        }
    }

    private boolean isConfigured(String property) {
        return isConfigured(property, url, properties);
    }

    private static boolean isConfigured(String property, String url, Properties properties) {
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
