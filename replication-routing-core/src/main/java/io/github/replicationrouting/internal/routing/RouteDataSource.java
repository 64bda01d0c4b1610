package io.github.replicationrouting.internal.routing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** A data source whose connections follow one route. */
public final class RouteDataSource extends AbstractDataSource {

    private final Route route;
    private final LogicalConnections connections;
    private final String description;

    public RouteDataSource(Route route, LogicalConnections connections, String description) {
        this.route = route;
        this.connections = connections;
        this.description = description;
    }

    @Override
    public Connection getConnection() {
        return connections.open(route.ofConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "User and password belong to the nodes: set replication.routing.nodes.<name>.username and password");
    }

    @Override
    public String toString() {
        return description;
    }
}
