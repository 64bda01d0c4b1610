package io.github.replicationrouting.internal.driver;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.net.Socket;

/** Captures Connector/J's own sockets. Public, because Connector/J creates it by name. */
public final class ConnectorJSocketFactory extends StandardSocketFactory {

    @Override
    protected Socket createSocket(PropertySet properties) {
        return SocketCapture.captured(super.createSocket(properties));
    }
}
