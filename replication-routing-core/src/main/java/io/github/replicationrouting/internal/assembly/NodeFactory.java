package io.github.replicationrouting.internal.assembly;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.DialectResolver;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.ConnectionBreakers;
import io.github.replicationrouting.internal.monitor.ProbeTarget;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Makes what belongs to one node: its pool, and how the monitor looks at it. Thread-safe. */
public final class NodeFactory {

    private final Dialects dialects;
    private final ConnectionDefaults defaults;
    private final ConnectionBreakers breakers;
    private final Executor background;
    private final boolean tracksCommits;

    /** The accounts of the nodes that there are. */
    private final Set<PoolCredentials> accounts = ConcurrentHashMap.newKeySet();

    /** One node with all that belongs to it. */
    public record Parts(ProbeTarget monitored, NodePool pool) {

        public Node node() {
            return monitored.node();
        }
    }

    /**
     * @param background runs what a pool must not wait for
     * @param tracksCommits whether nodes that may be written to report the commits of their sessions
     */
    public NodeFactory(
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
    public Parts assemble(NodeSettings settings) {
        PoolCredentials credentials = new PoolCredentials(settings.pool());
        ProbeTarget monitored = monitored(settings, credentials);
        boolean tracked = tracksCommits && settings.spec().declaredRole() != DeclaredRole.REPLICA;
        ConnectionFactory connections = connectionsOf(settings, credentials);
        NodePool pool = new NodePool(
                monitored.node(),
                settings.pool(),
                tracked ? connections.withSessionReports() : connections,
                resolver(settings),
                defaults,
                breakers.of(monitored.node()),
                background,
                tracked,
                monitored.substitute() != null);
        credentials.follow(pool.pool());
        accounts.add(credentials);
        return new Parts(monitored, pool);
    }

    /** The same, logging in as the running pools do by now where their account was declared alike. */
    public NodeSettings withCurrentAccount(NodeSettings found) {
        accounts.removeIf(PoolCredentials::isOver);
        for (PoolCredentials account : accounts) {
            Credentials changed = account.changedFrom(found.pool());
            if (changed != null) {
                HikariConfig pool = new HikariConfig();
                found.pool().copyStateTo(pool);
                pool.setCredentials(changed);
                return new NodeSettings(
                        found.spec(), pool, found.dialect(), found.connectTimeout(), found.monitorCredentials());
            }
        }
        return found;
    }

    /** How the monitor would look at a node that has no pool. */
    public static ProbeTarget monitored(NodeSettings settings) {
        return monitored(settings, new PoolCredentials(settings.pool()));
    }

    private static ProbeTarget monitored(NodeSettings settings, Supplier<Credentials> credentials) {
        ConnectionFactory connections = connectionsOf(settings, credentials);
        Credentials own = settings.monitorCredentials();
        Node node = new Node(settings.spec());
        return own == null
                ? new ProbeTarget(node, connections, settings.dialect())
                : new ProbeTarget(
                        node,
                        connections.withCredentials(() -> own).withoutDatabase(),
                        connections,
                        settings.dialect());
    }

    private static ConnectionFactory connectionsOf(NodeSettings settings, Supplier<Credentials> credentials) {
        HikariConfig pool = settings.pool();
        return new ConnectionFactory(
                settings.spec().url(),
                pool.getDriverClassName(),
                pool.getDataSourceProperties(),
                credentials,
                settings.connectTimeout());
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
                                + ", for which no dialect is known: set replication.routing.nodes."
                                + settings.spec().name() + ".dialect");
            }
            return found;
        };
    }
}
