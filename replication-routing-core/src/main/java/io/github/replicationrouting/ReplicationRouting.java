package io.github.replicationrouting;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.util.Credentials;
import com.zaxxer.hikari.util.IsolationLevel;
import io.github.replicationrouting.connection.logical.Leases;
import io.github.replicationrouting.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.connection.pool.DialectResolver;
import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.dialect.Dialects;
import io.github.replicationrouting.dialect.ReplicationDialect;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.monitor.MonitorSettings;
import io.github.replicationrouting.monitor.MonitoredNode;
import io.github.replicationrouting.monitor.TopologyListener;
import io.github.replicationrouting.monitor.TopologyMonitor;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.routing.Router;
import io.github.replicationrouting.routing.RouterSettings;
import io.github.replicationrouting.routing.RoutingDataSource;
import io.github.replicationrouting.topology.Topology;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One router with all that belongs to it: monitor, pools, data sources. Assembled by Spring Boot's auto-configuration,
 * or by hand:
 *
 * <pre>{@code
 * ReplicationRouting routing = ReplicationRouting.builder("dataSource").node(db1).node(db2).build();
 * routing.start();
 * DataSource dataSource = routing.dataSource();
 * }</pre>
 *
 * Thread-safe. {@link #close()} ends the probes and closes the pools.
 */
public final class ReplicationRouting implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplicationRouting.class);

    private final String name;
    private final TopologyMonitor monitor;
    private final Map<Node, NodePool> pools;
    private final RoutingDataSource dataSource;

    private ReplicationRouting(
            String name, TopologyMonitor monitor, Map<Node, NodePool> pools, RoutingDataSource dataSource) {
        this.name = name;
        this.monitor = monitor;
        this.pools = pools;
        this.dataSource = dataSource;
    }

    /**
     * Starts to describe a router.
     *
     * @param name name of the router, in logs and thread names; the bean name of its data source
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** The routing data source. */
    public RoutingDataSource dataSource() {
        return dataSource;
    }

    /** Always the primary, whatever the transaction says: for migrations. */
    public DataSource writerDataSource() {
        return dataSource.writer();
    }

    /** What the monitor knows. */
    public Topology topology() {
        return monitor;
    }

    /** The pool of each node, in the order of the configuration. */
    public List<NodePool> pools() {
        return List.copyOf(pools.values());
    }

    /**
     * Looks at every node once, bounded by the monitor's time limit, and goes on looking in the background. Returns
     * normally whatever is found, and says it in one log line.
     */
    public void start() {
        monitor.start();
        log.info("Routing {}: {}", name, monitor.describe());
    }

    @Override
    public void close() {
        monitor.close();
        pools.values().forEach(NodePool::close);
    }

    /** Describes a router. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private final List<NodeSettings> nodes = new ArrayList<>();
        private ReadSettings reads = ReadSettings.defaults();
        private MonitorSettings monitor = MonitorSettings.defaults();
        private @Nullable String zone;
        private final List<TopologyListener> listeners = new ArrayList<>();

        private Builder(String name) {
            this.name = name;
        }

        /** Adds a node; the order is kept. */
        public Builder node(NodeSettings node) {
            nodes.add(node);
            return this;
        }

        /** Who serves reads; the defaults unless set. */
        public Builder reads(ReadSettings reads) {
            this.reads = reads;
            return this;
        }

        /** How nodes are watched; the defaults unless set. */
        public Builder monitor(MonitorSettings monitor) {
            this.monitor = monitor;
            return this;
        }

        /** The application's own zone; its nodes are preferred for reads. */
        public Builder zone(@Nullable String zone) {
            this.zone = zone;
            return this;
        }

        /** Adds somebody who hears of changes, on the monitor's thread; the order is kept. */
        public Builder listener(TopologyListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Puts the parts together. The pools start to fill in the background; no server is waited for.
         *
         * @throws IllegalArgumentException when there is no node, a name occurs twice, or no driver accepts a URL
         */
        public ReplicationRouting build() {
            if (nodes.isEmpty()) {
                throw new IllegalArgumentException("Router " + name + " has no nodes");
            }
            Dialects dialects = Dialects.standard();
            ConnectionDefaults defaults = defaultsOf(nodes.get(0).pool());
            List<MonitoredNode> monitored = new ArrayList<>();
            Map<Node, NodePool> pools = new LinkedHashMap<>();
            try {
                for (NodeSettings settings : nodes) {
                    Node node = new Node(settings.spec());
                    requireNew(node, pools);
                    ConnectionFactory connections = connectionsOf(settings);
                    monitored.add(new MonitoredNode(node, probesOf(settings, connections), settings.dialect()));
                    pools.put(
                            node,
                            new NodePool(node, settings.pool(), connections, resolver(settings, dialects), defaults));
                }
                TopologyMonitor topology = new TopologyMonitor(name, monitored, monitor, dialects, listeners);
                RouterSettings decisions = new RouterSettings(
                        reads.selector(), reads.outsideTransaction(), reads.whenNoneEligible(), monitor.maxLag(), zone);
                RoutingDataSource dataSource = new RoutingDataSource(
                        name,
                        new Router(topology, decisions),
                        new Leases(pools, topology, defaults),
                        List.copyOf(pools.keySet()));
                return new ReplicationRouting(name, topology, pools, dataSource);
            } catch (RuntimeException e) {
                pools.values().forEach(NodePool::close);
                throw e;
            }
        }

        private void requireNew(Node node, Map<Node, NodePool> pools) {
            for (Node other : pools.keySet()) {
                if (other.name().equals(node.name())) {
                    throw new IllegalArgumentException("Router " + name + " has two nodes named " + node.name());
                }
            }
        }

        private static ConnectionDefaults defaultsOf(HikariConfig pool) {
            String isolation = pool.getTransactionIsolation();
            return new ConnectionDefaults(
                    pool.isAutoCommit(),
                    isolation == null
                            ? null
                            : (Integer) IsolationLevel.valueOf(isolation).getLevelId());
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

        private static ConnectionFactory probesOf(NodeSettings settings, ConnectionFactory connections) {
            Credentials own = settings.monitorCredentials();
            return own == null
                    ? connections
                    : connections.withCredentials(() -> own).withoutDatabase();
        }

        private static DialectResolver resolver(NodeSettings settings, Dialects dialects) {
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
}
