package io.github.replicationrouting.internal.driver;

import java.net.Socket;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Captures the sockets that a driver opens. Drivers create a socket factory from the name of a class, on the thread
 * that opens the connection: meanwhile a thread-local holds the link that the socket belongs to.
 */
final class SocketCapture {

    /** The property of either driver that names a socket factory. */
    static final String PROPERTY = "socketFactory";

    private static final ThreadLocal<PhysicalLink> OPENING = new ThreadLocal<>();

    private SocketCapture() {}

    /** Returns the factory class for a driver; null where the driver is not known, or cannot load it. */
    static @Nullable String factoryFor(Driver driver) {
        if (ConnectorJSession.isDriver(driver)) {
            return visible(ConnectorJSocketFactory.class, driver);
        }
        return MariaDbSession.isDriver(driver) ? visible(MariaDbSocketFactory.class, driver) : null;
    }

    private static @Nullable String visible(Class<?> factory, Driver driver) {
        return ClassUtils.isVisible(factory, driver.getClass().getClassLoader()) ? factory.getName() : null;
    }

    /** Opens a connection whose sockets belong to a link. */
    static @Nullable Connection open(PhysicalLink link, Driver driver, String url, Properties properties)
            throws SQLException {
        OPENING.set(link);
        try {
            return driver.connect(url, properties);
        } finally {
            OPENING.remove();
        }
    }

    /** Captures a socket that is not connected yet. */
    static Socket captured(Socket socket) {
        PhysicalLink link = OPENING.get();
        if (link != null) {
            link.use(socket);
        }
        return socket;
    }
}
