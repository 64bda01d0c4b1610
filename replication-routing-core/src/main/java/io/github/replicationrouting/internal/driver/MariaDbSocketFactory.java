package io.github.replicationrouting.internal.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Captures plain sockets. Public, because MariaDB's driver creates it by name. */
public final class MariaDbSocketFactory extends SocketFactory {

    private final SocketFactory plain = SocketFactory.getDefault();

    /** Creates the socket that the driver connects itself; it calls none of the other methods. */
    @Override
    public Socket createSocket() throws IOException {
        return SocketCapture.captured(new SessionTrackingSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return SocketCapture.captured(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return SocketCapture.captured(plain.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return SocketCapture.captured(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return SocketCapture.captured(plain.createSocket(address, port, localAddress, localPort));
    }
}
