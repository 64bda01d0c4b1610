package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.InvalidSettingsException;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.SelectionStrategy;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.StringUtils;

/**
 * Configuration properties of a routing data source. Each group creates the settings of the core from its values, and
 * those settings check them. The {@code hikari.*} keys are not here: {@code PoolConfigurations} binds them to the
 * HikariCP configuration of each node.
 */
@ConfigurationProperties(ReplicationRoutingProperties.PREFIX)
public class ReplicationRoutingProperties {

    static final String PREFIX = "replication.routing";

    /**
     * Whether to route transactions; Spring Boot's own data source is used otherwise.
     */
    private boolean enabled = true;

    /**
     * Way in which the nodes replicate.
     */
    private TopologyKind topology = TopologyKind.PRIMARY_REPLICA;

    /**
     * Login username of every node; defaults to that of "spring.datasource".
     */
    private @Nullable String username;

    /**
     * Login password of every node; defaults to that of "spring.datasource".
     */
    private @Nullable String password;

    /**
     * Fully qualified name of the JDBC driver of every node; defaults to that of "spring.datasource", or to the driver
     * that accepts the URL.
     */
    private @Nullable String driverClassName;

    /**
     * Time limit for establishing a connection, unless the URL sets one.
     */
    private Duration connectTimeout = Duration.ofSeconds(2);

    /**
     * Zone of this application, whose nodes are preferred for reads.
     */
    private @Nullable String zone;

    /**
     * Database servers by name.
     */
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    private final Reads reads = new Reads();

    private final Writes writes = new Writes();

    private final Consistency consistency = new Consistency();

    private final Monitor monitor = new Monitor();

    private final Discovery discovery = new Discovery();

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public TopologyKind getTopology() {
        return topology;
    }

    public void setTopology(TopologyKind topology) {
        this.topology = topology;
    }

    public @Nullable String getUsername() {
        return username;
    }

    public void setUsername(@Nullable String username) {
        this.username = username;
    }

    public @Nullable String getPassword() {
        return password;
    }

    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public @Nullable String getDriverClassName() {
        return driverClassName;
    }

    public void setDriverClassName(@Nullable String driverClassName) {
        this.driverClassName = driverClassName;
    }

    public Duration getConnectTimeout() {
        return connectTimeout;
    }

    public void setConnectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public @Nullable String getZone() {
        return zone;
    }

    public void setZone(@Nullable String zone) {
        this.zone = zone;
    }

    public Map<String, Node> getNodes() {
        return nodes;
    }

    public Reads getReads() {
        return reads;
    }

    public Writes getWrites() {
        return writes;
    }

    public Consistency getConsistency() {
        return consistency;
    }

    public Monitor getMonitor() {
        return monitor;
    }

    public Discovery getDiscovery() {
        return discovery;
    }

    /** Creates the settings of one node from its pool and from what all nodes have in common. */
    NodeSettings toSettings(NodeSpec spec, HikariConfig pool, @Nullable ReplicationDialect dialect) {
        return new NodeSettings(spec, pool, dialect, connectTimeout, monitor.credentials(pool));
    }

    /** Properties of one database server, or of an endpoint with several servers behind it. */
    public static class Node {

        /**
         * JDBC URL of the node.
         */
        private @Nullable String url;

        /**
         * Role that the node always has; "auto" to observe it.
         */
        private DeclaredRole role = DeclaredRole.AUTO;

        /**
         * Kind of target behind the URL.
         */
        private NodeKind kind = NodeKind.SERVER;

        /**
         * Weight of the node in the selection for reads, relative to the other nodes.
         */
        private int weight = 1;

        /**
         * Preference of the node as the one that takes all writes, in the "multi-primary" topology; the highest is
         * preferred.
         */
        private int priority;

        /**
         * Zone of the node.
         */
        private @Nullable String zone;

        /**
         * Name of the dialect; detected by the server's version by default, and required for URLs that begin with
         * neither "jdbc:mysql:" nor "jdbc:mariadb:".
         */
        private @Nullable String dialect;

        /**
         * Login username of this node; defaults to that of all nodes.
         */
        private @Nullable String username;

        /**
         * Login password of this node; defaults to that of all nodes.
         */
        private @Nullable String password;

        /**
         * Fully qualified name of the JDBC driver of this node; defaults to that of all nodes.
         */
        private @Nullable String driverClassName;

        public @Nullable String getUrl() {
            return url;
        }

        public void setUrl(@Nullable String url) {
            this.url = url;
        }

        public DeclaredRole getRole() {
            return role;
        }

        public void setRole(DeclaredRole role) {
            this.role = role;
        }

        public NodeKind getKind() {
            return kind;
        }

        public void setKind(NodeKind kind) {
            this.kind = kind;
        }

        public int getWeight() {
            return weight;
        }

        public void setWeight(int weight) {
            this.weight = weight;
        }

        public int getPriority() {
            return priority;
        }

        public void setPriority(int priority) {
            this.priority = priority;
        }

        public @Nullable String getZone() {
            return zone;
        }

        public void setZone(@Nullable String zone) {
            this.zone = zone;
        }

        public @Nullable String getDialect() {
            return dialect;
        }

        public void setDialect(@Nullable String dialect) {
            this.dialect = dialect;
        }

        public @Nullable String getUsername() {
            return username;
        }

        public void setUsername(@Nullable String username) {
            this.username = username;
        }

        public @Nullable String getPassword() {
            return password;
        }

        public void setPassword(@Nullable String password) {
            this.password = password;
        }

        public @Nullable String getDriverClassName() {
            return driverClassName;
        }

        public void setDriverClassName(@Nullable String driverClassName) {
            this.driverClassName = driverClassName;
        }
    }

    /** Properties of reads. */
    public static class Reads {

        /**
         * Strategy that chooses among the eligible nodes; ignored when there is a NodeSelector bean.
         */
        private String selector = "least-in-flight";

        /**
         * Target of statements outside any transaction.
         */
        private OutsideTransaction outsideTransaction = OutsideTransaction.PRIMARY;

        /**
         * Lag above which a replica is evicted and serves no reads.
         */
        private Duration maxLag = Duration.ofSeconds(5);

        /**
         * Lag at or below which an evicted replica is readmitted; defaults to half of "max-lag".
         */
        private @Nullable Duration readmitLag;

        /**
         * Target of reads while no replica is eligible.
         */
        private WhenNoneEligible whenNoneEligible = WhenNoneEligible.PRIMARY;

        /**
         * Time over which a joining or recovering node ramps up to its full share of reads; 0 disables the ramp.
         */
        private Duration slowStart = Duration.ofSeconds(30);

        /**
         * Maximum number of concurrent reads on the primary while no replica is eligible; defaults to half of its pool.
         */
        private @Nullable Integer maxFallbackConcurrency;

        /**
         * Maximum number of retries of a read-only transaction whose node is lost.
         */
        private int retries = 2;

        /**
         * Whether queries of read-only transactions at READ COMMITTED run in auto-commit, so that no COMMIT is sent.
         */
        private boolean readCommittedInAutoCommit;

        /** @param bean the application's own selector; null for the configured strategy */
        ReadSettings toSettings(@Nullable NodeSelector bean) {
            return new ReadSettings(
                    bean != null ? bean : configuredSelector(),
                    outsideTransaction,
                    whenNoneEligible,
                    maxFallbackConcurrency,
                    readCommittedInAutoCommit);
        }

        NodeSelector configuredSelector() {
            Map<String, SelectionStrategy> strategies = Arrays.stream(SelectionStrategy.values())
                    .collect(Collectors.toMap(Labels::of, Function.identity(), (a, b) -> a, TreeMap::new));
            SelectionStrategy strategy = strategies.get(selector);
            if (strategy == null) {
                String key = PREFIX + ".reads.selector";
                throw new InvalidSettingsException(List.of(new Problem(
                        key + ": '" + selector + "' is not known",
                        "Set '" + key + "' to one of " + strategies.keySet() + ", or define a NodeSelector bean")));
            }
            return strategy.createSelector();
        }

        public String getSelector() {
            return selector;
        }

        public void setSelector(String selector) {
            this.selector = selector;
        }

        public OutsideTransaction getOutsideTransaction() {
            return outsideTransaction;
        }

        public void setOutsideTransaction(OutsideTransaction outsideTransaction) {
            this.outsideTransaction = outsideTransaction;
        }

        public Duration getMaxLag() {
            return maxLag;
        }

        public void setMaxLag(Duration maxLag) {
            this.maxLag = maxLag;
        }

        public @Nullable Duration getReadmitLag() {
            return readmitLag;
        }

        public void setReadmitLag(@Nullable Duration readmitLag) {
            this.readmitLag = readmitLag;
        }

        public WhenNoneEligible getWhenNoneEligible() {
            return whenNoneEligible;
        }

        public void setWhenNoneEligible(WhenNoneEligible whenNoneEligible) {
            this.whenNoneEligible = whenNoneEligible;
        }

        public Duration getSlowStart() {
            return slowStart;
        }

        public void setSlowStart(Duration slowStart) {
            this.slowStart = slowStart;
        }

        public boolean isReadCommittedInAutoCommit() {
            return readCommittedInAutoCommit;
        }

        public void setReadCommittedInAutoCommit(boolean readCommittedInAutoCommit) {
            this.readCommittedInAutoCommit = readCommittedInAutoCommit;
        }

        public @Nullable Integer getMaxFallbackConcurrency() {
            return maxFallbackConcurrency;
        }

        public void setMaxFallbackConcurrency(@Nullable Integer maxFallbackConcurrency) {
            this.maxFallbackConcurrency = maxFallbackConcurrency;
        }

        public int getRetries() {
            return retries;
        }

        public void setRetries(int retries) {
            this.retries = retries;
        }
    }

    /** Properties of writes. */
    public static class Writes {

        /**
         * Time that a write waits for a primary, at most the timeout of its transaction, shared by all transactions of
         * a web request; 0 fails immediately.
         */
        private Duration hold = Duration.ofSeconds(10);

        /**
         * Maximum number of writes that wait for a primary concurrently; defaults to the pool size of a node.
         */
        private @Nullable Integer maxHeld;

        /**
         * Handling of writes while several nodes are writable and no evidence shows which one is the primary.
         */
        private OnMultipleWritable onMultipleWritable = OnMultipleWritable.REJECT;

        /**
         * Handling of writes when a promoted node lacks commits of its predecessor.
         */
        private OnIncompletePromotion onIncompletePromotion = OnIncompletePromotion.WARN;

        /**
         * Way in which the node of a write is chosen, in the "multi-primary" topology.
         */
        private WritePolicy policy = WritePolicy.SINGLE;

        /**
         * Whether writes return to the preferred node as soon as it is fit again, with the policy "single".
         */
        private boolean failback;

        /**
         * Whether several nodes are written to although their servers detect no conflict, because they are in no group.
         */
        private boolean allowDivergence;

        /**
         * Maximum number of retries of a transaction that the server rolled back because of a conflict.
         */
        private int conflictRetries;

        WriteSettings toSettings() {
            return new WriteSettings(
                    hold, maxHeld, onMultipleWritable, onIncompletePromotion, policy, failback, allowDivergence);
        }

        public Duration getHold() {
            return hold;
        }

        public void setHold(Duration hold) {
            this.hold = hold;
        }

        public @Nullable Integer getMaxHeld() {
            return maxHeld;
        }

        public void setMaxHeld(@Nullable Integer maxHeld) {
            this.maxHeld = maxHeld;
        }

        public int getConflictRetries() {
            return conflictRetries;
        }

        public void setConflictRetries(int conflictRetries) {
            this.conflictRetries = conflictRetries;
        }

        public OnMultipleWritable getOnMultipleWritable() {
            return onMultipleWritable;
        }

        public void setOnMultipleWritable(OnMultipleWritable onMultipleWritable) {
            this.onMultipleWritable = onMultipleWritable;
        }

        public OnIncompletePromotion getOnIncompletePromotion() {
            return onIncompletePromotion;
        }

        public void setOnIncompletePromotion(OnIncompletePromotion onIncompletePromotion) {
            this.onIncompletePromotion = onIncompletePromotion;
        }

        public WritePolicy getPolicy() {
            return policy;
        }

        public void setPolicy(WritePolicy policy) {
            this.policy = policy;
        }

        public boolean isFailback() {
            return failback;
        }

        public void setFailback(boolean failback) {
            this.failback = failback;
        }

        public boolean isAllowDivergence() {
            return allowDivergence;
        }

        public void setAllowDivergence(boolean allowDivergence) {
            this.allowDivergence = allowDivergence;
        }
    }

    /** Properties of the consistency of reads on replicas. */
    public static class Consistency {

        /**
         * Consistency that a session gets when it reads from replicas.
         */
        private ConsistencyMode mode = ConsistencyMode.SESSION;

        /**
         * Time that a read waits on a replica for the writes of its session before it goes to the primary.
         */
        private Duration wait = Duration.ofMillis(100);

        /**
         * Time for which reads go to the primary after a write where the servers report no position; defaults to
         * "reads.max-lag".
         */
        private @Nullable Duration pin;

        /**
         * Carrier of the session token from one web request to the next.
         */
        private Carrier carrier = Carrier.HTTP_SESSION;

        /**
         * Secret that signs the token in a cookie or header; must be the same in all instances.
         */
        private @Nullable String signingKey;

        ConsistencySettings toSettings(Reads reads) {
            // A negative max-lag is reported once, as such.
            return new ConsistencySettings(mode, wait, pin != null ? pin : reads.maxLag.abs());
        }

        public ConsistencyMode getMode() {
            return mode;
        }

        public void setMode(ConsistencyMode mode) {
            this.mode = mode;
        }

        public Duration getWait() {
            return wait;
        }

        public void setWait(Duration wait) {
            this.wait = wait;
        }

        public @Nullable Duration getPin() {
            return pin;
        }

        public void setPin(@Nullable Duration pin) {
            this.pin = pin;
        }

        public Carrier getCarrier() {
            return carrier;
        }

        public void setCarrier(Carrier carrier) {
            this.carrier = carrier;
        }

        public @Nullable String getSigningKey() {
            return signingKey;
        }

        public void setSigningKey(@Nullable String signingKey) {
            this.signingKey = signingKey;
        }

        /** Carriers of the session token from one web request to the next. */
        public enum Carrier {
            /** The HTTP session, where the application has one. */
            HTTP_SESSION,
            /** A signed cookie. */
            COOKIE,
            /** A signed response header, which the client sends with its next request. */
            HEADER,
            /** None: a session ends with its request. */
            NONE
        }
    }

    /** Properties of the probes of the nodes. */
    public static class Monitor {

        /**
         * Time between two probes of a node.
         */
        private Duration interval = Duration.ofMillis(500);

        /**
         * Time limit of a probe.
         */
        private Duration timeout = Duration.ofSeconds(1);

        /**
         * Number of consecutive failed probes after which a node is down.
         */
        private int failureThreshold = 2;

        /**
         * Way in which the lag of a replica is measured.
         */
        private LagProbe lagProbe = LagProbe.AUTO;

        /**
         * Login username of the probes; defaults to that of the node.
         */
        private @Nullable String username;

        /**
         * Login password of the probes; defaults to that of the node.
         */
        private @Nullable String password;

        MonitorSettings toSettings(Reads reads) {
            Duration readmitLag = reads.readmitLag;
            return new MonitorSettings(
                    interval,
                    timeout,
                    failureThreshold,
                    lagProbe,
                    reads.maxLag,
                    readmitLag != null ? readmitLag : Duration.ofMillis(Math.max(1, reads.maxLag.toMillis() / 2)),
                    reads.slowStart);
        }

        /** Returns the account of the probes; null for that of the pool. */
        @Nullable
        Credentials credentials(HikariConfig pool) {
            boolean ownUser = StringUtils.hasText(username);
            if (!ownUser && password == null) {
                return null;
            }
            return Credentials.of(
                    ownUser ? username : pool.getUsername(), password != null ? password : pool.getPassword());
        }

        public Duration getInterval() {
            return interval;
        }

        public void setInterval(Duration interval) {
            this.interval = interval;
        }

        public Duration getTimeout() {
            return timeout;
        }

        public void setTimeout(Duration timeout) {
            this.timeout = timeout;
        }

        public int getFailureThreshold() {
            return failureThreshold;
        }

        public void setFailureThreshold(int failureThreshold) {
            this.failureThreshold = failureThreshold;
        }

        public LagProbe getLagProbe() {
            return lagProbe;
        }

        public void setLagProbe(LagProbe lagProbe) {
            this.lagProbe = lagProbe;
        }

        public @Nullable String getUsername() {
            return username;
        }

        public void setUsername(@Nullable String username) {
            this.username = username;
        }

        public @Nullable String getPassword() {
            return password;
        }

        public void setPassword(@Nullable String password) {
            this.password = password;
        }
    }

    /** Properties of the discovery of further nodes. */
    public static class Discovery {

        /**
         * Whether to ask the servers for other nodes.
         */
        private boolean enabled;

        /**
         * Time between two queries for nodes.
         */
        private Duration interval = Duration.ofSeconds(30);

        /**
         * Time after which a node that no server reports any more is removed.
         */
        private Duration removeAfter = Duration.ofMinutes(5);

        /**
         * Time limit for running work on a node that is removed, after which its connections are closed.
         */
        private Duration drainTimeout = Duration.ofSeconds(30);

        /** @param bean the application's own source; null for the servers themselves */
        DiscoverySettings toSettings(@Nullable TopologySource bean, Function<NodeSpec, NodeSettings> nodes) {
            return new DiscoverySettings(bean, interval, removeAfter, drainTimeout, nodes);
        }

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public Duration getInterval() {
            return interval;
        }

        public void setInterval(Duration interval) {
            this.interval = interval;
        }

        public Duration getRemoveAfter() {
            return removeAfter;
        }

        public void setRemoveAfter(Duration removeAfter) {
            this.removeAfter = removeAfter;
        }

        public Duration getDrainTimeout() {
            return drainTimeout;
        }

        public void setDrainTimeout(Duration drainTimeout) {
            this.drainTimeout = drainTimeout;
        }
    }
}
