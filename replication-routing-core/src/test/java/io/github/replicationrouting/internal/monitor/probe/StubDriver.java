package io.github.replicationrouting.internal.monitor.probe;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Opens connections without a server, and records by URL how they ended. */
public final class StubDriver implements Driver {

    private static final Map<String, Log> logs = new ConcurrentHashMap<>();

    /** The connections of one URL. */
    public static final class Log {
        public final List<String> ends = new CopyOnWriteArrayList<>();
        public final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        public volatile String version = "9.7.4";

        /** Why no connection is opened; null where one is. */
        public volatile @Nullable SQLException refusal;

        /** Logins wait for each other here before they are refused; null where they do not. */
        volatile @Nullable CyclicBarrier refusedTogether;

        private void refuse(SQLException refusal) throws SQLException {
            refused.incrementAndGet();
            CyclicBarrier others = refusedTogether;
            if (others != null) {
                try {
                    others.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                    throw new SQLException(e);
                }
            }
            throw refusal;
        }
    }

    public static Log log(String url) {
        return logs.computeIfAbsent(url, u -> new Log());
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        Log log = log(url);
        SQLException refusal = log.refusal;
        if (refusal != null) {
            log.refuse(refusal);
        }
        int number = log.opened.incrementAndGet();
        return (Connection) Proxy.newProxyInstance(
                StubDriver.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    switch (method.getName()) {
                        case "close", "abort" -> log.ends.add(method.getName() + " " + number);
                        case "getMetaData" -> {
                            return metadata(log.version);
                        }
                        case "setNetworkTimeout" -> {}
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
    }

    private static DatabaseMetaData metadata(String version) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                StubDriver.class.getClassLoader(), new Class<?>[] {DatabaseMetaData.class}, (proxy, method, args) -> {
                    if (method.getName().equals("getDatabaseProductVersion")) {
                        return version;
                    }
                    throw new UnsupportedOperationException(method.getName());
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

    /** Creates the error of a lost connection, for the dialect of a test to throw. */
    public static SQLException lost() {
        return new SQLException("Communications link failure", "08S01");
    }
}
