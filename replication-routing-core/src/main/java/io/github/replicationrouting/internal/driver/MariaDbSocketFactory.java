package io.github.replicationrouting.internal.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Plain sockets, shown to whoever opens the connection. Public, because MariaDB's driver makes it by name. */
public final class MariaDbSocketFactory extends SocketFactory {

    private final SocketFactory plain = SocketFactory.getDefault();

    /** Returns the only one that the driver calls; it connects the socket itself. */
    @Override
    public Socket createSocket() throws IOException {
        return SocketCapture.tapped(new SessionTrackingSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return SocketCapture.tapped(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return SocketCapture.tapped(plain.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return SocketCapture.tapped(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return SocketCapture.tapped(plain.createSocket(address, port, localAddress, localPort));
    }
}
