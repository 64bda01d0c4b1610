package io.github.replicationrouting.internal.driver;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.net.Socket;

/** Connector/J's own sockets, shown to whoever opens the connection. Public, because Connector/J makes it by name. */
public final class ConnectorJSocketFactory extends StandardSocketFactory {

    @Override
    protected Socket createSocket(PropertySet properties) {
        return SocketCapture.tapped(super.createSocket(properties));
    }
}
