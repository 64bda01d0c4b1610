package io.github.replicationrouting.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.util.Credentials;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhysicalLinkTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger closed = new AtomicInteger();
    private final PhysicalLink link = new PhysicalLink(threads, ended -> closed.incrementAndGet());

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void whenTheSocketIsClosedShouldCloseEverySocketAfterIt() throws Exception {
        try (Socket first = new Socket();
                Socket second = new Socket()) {
            link.use(first);

            assertThat(link.closeSocket()).isTrue();
            assertThat(first.isClosed()).isTrue();
            link.use(second);
            assertThat(second.isClosed()).isTrue();
            assertThat(link.isSocketClosed()).isTrue();
        }
    }

    @Test
    void whenTheSocketIsClosedTwiceShouldReportItOnce() {
        assertThat(link.closeSocket()).isTrue();
        assertThat(link.closeSocket()).isFalse();
    }

    @Test
    void whenValidationIsRequiredShouldRequireItOnce() {
        assertThat(link.takeValidationRequired()).isFalse();

        link.requireValidation();
        link.requireValidation();

        assertThat(link.takeValidationRequired()).isTrue();
        assertThat(link.takeValidationRequired()).isFalse();
    }

    @Test
    void whenUninterruptibleShouldNotCloseTheSocketUntilReleased() throws Exception {
        try (Socket socket = new Socket()) {
            link.use(socket);
            assertThat(link.makeUninterruptible()).isTrue();

            assertThat(link.closeSocket()).isFalse();
            assertThat(socket.isClosed()).isFalse();
            link.release();
            assertThat(link.closeSocket()).isTrue();
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Test
    void whenForcedShouldCloseTheSocketAlthoughUninterruptible() throws Exception {
        try (Socket socket = new Socket()) {
            link.use(socket);
            link.makeUninterruptible();

            assertThat(link.forceCloseSocket()).isTrue();
            assertThat(link.forceCloseSocket()).isFalse();
            assertThat(socket.isClosed()).isTrue();
            assertThat(link.isSocketClosed()).isTrue();
        }
    }

    @Test
    void whenTheSocketIsClosedShouldStayClosed() {
        link.closeSocket();

        assertThat(link.makeUninterruptible()).isFalse();
        link.release();
        assertThat(link.isSocketClosed()).isTrue();
    }

    @Test
    void whenTheDriverDoesNotExposeItsSocketShouldAbortTheConnectionOnAnotherThread() {
        CompletableFuture<Thread> aborted = new CompletableFuture<>();
        link.use(connection(aborted));

        link.closeSocket();

        assertThat(aborted).succeedsWithin(Duration.ofSeconds(20)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void whenClosedWhileADriverWithoutAnExposedSocketOpensShouldAbortTheConnection() {
        CompletableFuture<Thread> aborted = new CompletableFuture<>();
        link.closeSocket();

        link.use(connection(aborted));

        assertThat(aborted).succeedsWithin(Duration.ofSeconds(20)).isNotEqualTo(Thread.currentThread());
    }

    private static Connection connection(CompletableFuture<Thread> aborted) {
        return (Connection) Proxy.newProxyInstance(
                PhysicalLinkTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    assertThat(method.getName()).isEqualTo("abort");
                    aborted.complete(Thread.currentThread());
                    return null;
                });
    }

    /** A server that accepts the connection and then sends nothing, as a frozen one does. */
    @ParameterizedTest
    @ValueSource(strings = {"mysql", "mariadb"})
    void whenTheSocketIsClosedShouldEndTheWaitForTheHandshake(String scheme) throws Exception {
        try (ServerSocket silent = silentServer()) {
            ConnectionFactory factory = factory(scheme, silent, "", new Properties());
            CompletableFuture<Connection> opening = opening(factory, link);
            Socket accepted = silent.accept();

            assertThat(opening).isNotDone();
            assertThat(link.closeSocket()).isTrue();

            assertThatThrownBy(() -> opening.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(SQLException.class);
            accepted.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql", "mariadb"})
    void whenConnectionsAreOpenedConcurrentlyEachLinkShouldCloseItsOwn(String scheme) throws Exception {
        int connections = 16;
        List<PhysicalLink> links = new ArrayList<>();
        List<CompletableFuture<Connection>> openings = new ArrayList<>();
        List<Socket> accepted = new ArrayList<>();
        try (ServerSocket silent = silentServer()) {
            ConnectionFactory factory = factory(scheme, silent, "", new Properties());
            for (int i = 0; i < connections; i++) {
                PhysicalLink own = new PhysicalLink(threads, ended -> {});
                links.add(own);
                openings.add(opening(factory, own));
            }
            for (int i = 0; i < connections; i++) {
                accepted.add(silent.accept());
            }
            for (int i = 0; i < connections; i += 2) {
                links.get(i).closeSocket();
            }
            for (int i = 0; i < connections; i += 2) {
                CompletableFuture<Connection> opening = openings.get(i);
                await().atMost(Duration.ofSeconds(20)).until(opening::isCompletedExceptionally);
            }
            for (int i = 1; i < connections; i += 2) {
                assertThat(openings.get(i)).as("opening %d", i).isNotDone();
            }
        } finally {
            links.forEach(PhysicalLink::closeSocket);
            for (Socket socket : accepted) {
                socket.close();
            }
        }
    }

    /** The URL or the properties name a factory, which counts the sockets that it creates. */
    @ParameterizedTest
    @ValueSource(strings = {"mysql", "mariadb"})
    void whenASocketFactoryIsConfiguredShouldUseIt(String scheme) throws Exception {
        String configured =
                scheme.equals("mysql") ? UsersConnectorJSockets.class.getName() : UsersMariaDbSockets.class.getName();
        Properties inProperties = new Properties();
        inProperties.setProperty("socketFactory", configured);
        try (ServerSocket silent = silentServer()) {
            for (ConnectionFactory factory : List.of(
                    factory(scheme, silent, "&socketFactory=" + configured, new Properties()),
                    factory(scheme, silent, "", inProperties))) {
                int before = socketsCreated(scheme);
                CompletableFuture<Connection> opening = opening(factory, link);
                try (Socket accepted = silent.accept()) {
                    assertThat(accepted.isConnected()).isTrue();
                    assertThat(socketsCreated(scheme)).isGreaterThan(before);
                }
                await().atMost(Duration.ofSeconds(20)).until(opening::isDone);
            }
        }
    }

    private static final ConcurrentHashMap<String, AtomicInteger> SOCKETS_CREATED = new ConcurrentHashMap<>();

    private static int socketsCreated(String scheme) {
        return SOCKETS_CREATED
                .computeIfAbsent(scheme, key -> new AtomicInteger())
                .get();
    }

    private static void count(String scheme) {
        SOCKETS_CREATED.computeIfAbsent(scheme, key -> new AtomicInteger()).incrementAndGet();
    }

    public static final class UsersConnectorJSockets extends com.mysql.cj.protocol.StandardSocketFactory {
        @Override
        protected Socket createSocket(com.mysql.cj.conf.PropertySet properties) {
            count("mysql");
            return new Socket();
        }
    }

    public static final class UsersMariaDbSockets extends javax.net.SocketFactory {
        @Override
        public Socket createSocket() {
            count("mariadb");
            return new Socket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void whenTheDriverThrowsARuntimeExceptionShouldThrowAConnectionError() {
        ConnectionFactory factory = new ConnectionFactory(
                "jdbc:broken:", BrokenDriver.class.getName(), new Properties(), () -> Credentials.of("", ""), LONG);

        assertThatThrownBy(() -> factory.open(link))
                .isInstanceOf(SQLException.class)
                .hasCauseInstanceOf(NullPointerException.class)
                .extracting("SQLState")
                .isEqualTo("08001");
    }

    /** Fails as MariaDB's driver does when its socket is closed too early. */
    public static final class BrokenDriver implements Driver {

        @Override
        public Connection connect(String url, Properties properties) {
            throw new NullPointerException("reader");
        }

        @Override
        public boolean acceptsURL(String url) {
            return true;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
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

    private CompletableFuture<Connection> opening(ConnectionFactory factory, PhysicalLink own) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return factory.open(own);
                    } catch (SQLException e) {
                        throw new java.util.concurrent.CompletionException(e);
                    }
                },
                threads);
    }

    private static ServerSocket silentServer() throws Exception {
        return new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    }

    private static ConnectionFactory factory(
            String scheme, ServerSocket server, String parameters, Properties properties) {
        return new ConnectionFactory(
                "jdbc:" + scheme + "://127.0.0.1:" + server.getLocalPort() + "/shop?x=y" + parameters,
                null,
                properties,
                () -> Credentials.of("shop", "secret"),
                LONG);
    }
}
