package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.RoutedConnection;

/** Opens connections that follow a route. Thread-safe; neither blocks nor asks a server. */
@FunctionalInterface
public interface LogicalConnections {

    /** Opens a connection that asks {@code route} when its first statement needs a node. */
    RoutedConnection open(Route route);
}
