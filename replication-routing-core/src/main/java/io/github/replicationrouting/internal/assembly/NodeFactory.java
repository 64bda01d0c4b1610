package io.github.replicationrouting.internal.assembly;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.DialectResolver;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Creates the parts of a node: its pool, and the target of its probes. Thread-safe. */
final class NodeFactory {

    private final String router;
    private final Dialects dialects;
    private final ConnectionDefaults defaults;
    private final PoolHealthRegistry poolHealth;
    private final Executor background;
    private final SessionOptions options;
    private final boolean severalWriters;

    /** Accounts of the current nodes. */
    private final Set<PoolCredentials> accounts = ConcurrentHashMap.newKeySet();

    /** One node with its pool and the target of its probes. */
    record Parts(ProbeTarget probeTarget, NodePool pool) {

        Node node() {
            return probeTarget.node();
        }
    }

    /**
     * @param router name of the router
     * @param background executor of tasks that a pool must not wait for
     * @param options of sessions; only nodes that may be primaries report the commits of theirs
     * @param severalWriters whether several nodes may take writes
     */
    NodeFactory(
            String router,
            Dialects dialects,
            ConnectionDefaults defaults,
            PoolHealthRegistry poolHealth,
            Executor background,
            SessionOptions options,
            boolean severalWriters) {
        this.router = router;
        this.dialects = dialects;
        this.defaults = defaults;
        this.poolHealth = poolHealth;
        this.background = background;
        this.options = options;
        this.severalWriters = severalWriters;
    }

    /**
     * Creates the parts of a node. Its pool starts to fill in the background.
     *
     * @throws IllegalArgumentException when no driver accepts its URL
     */
    Parts create(NodeSettings settings) {
        PoolCredentials credentials = new PoolCredentials(settings.pool());
        ProbeTarget declared = probeTarget(settings, credentials);
        ProbeTarget target = severalWriters ? declared.asOneOfSeveralWriters() : declared;
        boolean tracked = options.tracksCommits() && settings.spec().declaredRole() != DeclaredRole.REPLICA;
        ConnectionFactory connections = connectionsOf(settings, credentials);
        NodePool pool;
        try {
            pool = new NodePool(
                    router,
                    target.node(),
                    settings.pool(),
                    tracked ? connections.withSessionReports() : connections,
                    resolver(settings),
                    defaults,
                    poolHealth.of(target.node()),
                    background,
                    new SessionOptions(tracked, options.readCommittedInAutoCommit()),
                    target.substitute() != null);
        } catch (RuntimeException e) {
            poolHealth.remove(target.node());
            throw e;
        }
        credentials.follow(pool.pool());
        accounts.add(credentials);
        return new Parts(target, pool);
    }

    /** Forgets a node that the monitor has never known. */
    void discard(Node node) {
        poolHealth.remove(node);
    }

    /** Returns the settings with the current account of a running pool, if one was declared with the same account. */
    NodeSettings withCurrentAccount(NodeSettings found) {
        accounts.removeIf(PoolCredentials::isClosed);
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

    /** Returns the target of probes for a node without a pool. */
    static ProbeTarget probeTarget(NodeSettings settings) {
        return probeTarget(settings, new PoolCredentials(settings.pool()));
    }

    private static ProbeTarget probeTarget(NodeSettings settings, Supplier<Credentials> credentials) {
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
                                + ", which is neither MySQL nor MariaDB by its version: set replication.routing.nodes."
                                + settings.spec().name() + ".dialect");
            }
            return found;
        };
    }
}
