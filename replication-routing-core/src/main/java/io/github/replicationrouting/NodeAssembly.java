package io.github.replicationrouting;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.connection.pool.DialectResolver;
import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.dialect.Dialects;
import io.github.replicationrouting.dialect.ReplicationDialect;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.monitor.ConnectionBreakers;
import io.github.replicationrouting.monitor.MonitoredNode;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Makes what belongs to one node: its pool, and how the monitor looks at it. Thread-safe. */
final class NodeAssembly {

    private final Dialects dialects;
    private final ConnectionDefaults defaults;
    private final ConnectionBreakers breakers;
    private final Executor background;
    private final boolean tracksCommits;

    /** One node with all that belongs to it. */
    record Parts(MonitoredNode monitored, NodePool pool) {

        Node node() {
            return monitored.node();
        }
    }

    /**
     * @param background runs what a pool must not wait for
     * @param tracksCommits whether nodes that may be written to report the commits of their sessions
     */
    NodeAssembly(
            Dialects dialects,
            ConnectionDefaults defaults,
            ConnectionBreakers breakers,
            Executor background,
            boolean tracksCommits) {
        this.dialects = dialects;
        this.defaults = defaults;
        this.breakers = breakers;
        this.background = background;
        this.tracksCommits = tracksCommits;
    }

    /**
     * The parts of a node, whose pool starts to fill in the background.
     *
     * @throws IllegalArgumentException when no driver accepts its URL
     */
    Parts assemble(NodeSettings settings) {
        MonitoredNode monitored = monitored(settings);
        boolean tracked = tracksCommits && settings.spec().declaredRole() != DeclaredRole.REPLICA;
        ConnectionFactory connections = connectionsOf(settings);
        return new Parts(
                monitored,
                new NodePool(
                        monitored.node(),
                        settings.pool(),
                        tracked ? connections.withSessionReports() : connections,
                        resolver(settings),
                        defaults,
                        breakers.of(monitored.node()),
                        background,
                        tracked));
    }

    /** How the monitor would look at a node. */
    static MonitoredNode monitored(NodeSettings settings) {
        return new MonitoredNode(new Node(settings.spec()), probesOf(settings), settings.dialect());
    }

    private static ConnectionFactory connectionsOf(NodeSettings settings) {
        HikariConfig pool = settings.pool();
        HikariCredentialsProvider provider = pool.getCredentialsProvider();
        Supplier<Credentials> credentials = provider != null ? provider::getCredentials : pool::getCredentials;
        return new ConnectionFactory(
                settings.spec().url(),
                pool.getDriverClassName(),
                pool.getDataSourceProperties(),
                credentials,
                settings.connectTimeout());
    }

    private static ConnectionFactory probesOf(NodeSettings settings) {
        ConnectionFactory connections = connectionsOf(settings);
        Credentials own = settings.monitorCredentials();
        return own == null
                ? connections
                : connections.withCredentials(() -> own).withoutDatabase();
    }

    private DialectResolver resolver(NodeSettings settings) {
        ReplicationDialect declared = settings.dialect();
        if (declared != null) {
            return connection -> declared;
        }
        return connection -> {
            String version = connection.getMetaData().getDatabaseProductVersion();
            ReplicationDialect found = dialects.forVersion(version);
            if (found == null) {
                throw new SQLFeatureNotSupportedException(
                        "Node " + settings.spec().name() + " runs " + version
                                + ", which is neither MySQL nor MariaDB by its version: set replication.routing.nodes."
                                + settings.spec().name() + ".dialect");
            }
            return found;
        };
    }
}
