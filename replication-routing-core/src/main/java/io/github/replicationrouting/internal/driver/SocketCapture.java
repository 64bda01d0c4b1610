package io.github.replicationrouting.internal.driver;

import java.net.Socket;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Gets hold of the sockets that a driver opens. Drivers make a socket factory of their own from the name of a class, in
 * the thread that opens the connection: while it does, that thread carries the wire which the socket belongs to.
 */
final class SocketCapture {

    /** The property of either driver that names a socket factory. */
    static final String PROPERTY = "socketFactory";

    private static final ThreadLocal<PhysicalLink> OPENING = new ThreadLocal<>();

    private SocketCapture() {}

    /** Returns the class to name to a driver; null where the driver is not known, or would not find ours. */
    static @Nullable String factoryFor(Driver driver) {
        if (ConnectorJSession.isDriver(driver)) {
            return visible(ConnectorJSocketFactory.class, driver);
        }
        return MariaDbSession.isDriver(driver) ? visible(MariaDbSocketFactory.class, driver) : null;
    }

    private static @Nullable String visible(Class<?> factory, Driver driver) {
        return ClassUtils.isVisible(factory, driver.getClass().getClassLoader()) ? factory.getName() : null;
    }

    /** Opens a connection all of whose sockets belong to {@code wire}. */
    static @Nullable Connection open(PhysicalLink wire, Driver driver, String url, Properties properties)
            throws SQLException {
        OPENING.set(wire);
        try {
            return driver.connect(url, properties);
        } finally {
            OPENING.remove();
        }
    }

    /** Takes note of a socket that is not connected yet. */
    static Socket tapped(Socket socket) {
        PhysicalLink wire = OPENING.get();
        if (wire != null) {
            wire.use(socket);
        }
        return socket;
    }
}
