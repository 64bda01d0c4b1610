package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What an application says about its replicated database. The {@code hikari.*} keys are not held here: they are bound
 * to the HikariCP configuration of each node, in layers.
 */
@ConfigurationProperties(ReplicationRoutingProperties.PREFIX)
public class ReplicationRoutingProperties {

    static final String PREFIX = "replication.routing";

    /**
     * Whether transactions are routed; if not, Spring Boot's own data source takes over.
     */
    private boolean enabled = true;

    /**
     * How the nodes replicate.
     */
    private TopologyKind topology = TopologyKind.PRIMARY_REPLICA;

    /**
     * Login username of every node, by default that of "spring.datasource".
     */
    private @Nullable String username;

    /**
     * Login password of every node, by default that of "spring.datasource".
     */
    private @Nullable String password;

    /**
     * Fully qualified name of the JDBC driver of every node, by default that of "spring.datasource", else the one that
     * accepts the URL.
     */
    private @Nullable String driverClassName;

    /**
     * Time limit for establishing any connection, unless the URL sets it.
     */
    private Duration connectTimeout = Duration.ofSeconds(2);

    /**
     * Zone of this application; nodes of the same zone are preferred for reads.
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

    /** How the nodes replicate. */
    public enum TopologyKind {
        /** One node is writable, the others replicate from it. */
        PRIMARY_REPLICA,
        /** Several nodes are writable. */
        MULTI_PRIMARY
    }

    /** One database server, or an endpoint with several behind it. */
    public static class Node {

        /**
         * JDBC URL of the node.
         */
        private @Nullable String url;

        /**
         * Role that the node is promised to have, by default the observed one.
         */
        private DeclaredRole role = DeclaredRole.AUTO;

        /**
         * What stands behind the URL.
         */
        private NodeKind kind = NodeKind.SERVER;

        /**
         * Share of reads relative to the other nodes.
         */
        private int weight = 1;

        /**
         * Zone in which the node stands.
         */
        private @Nullable String zone;

        /**
         * Name of the dialect, for a URL that does not tell it.
         */
        private @Nullable String dialect;

        /**
         * Login username of this node, by default that of all nodes.
         */
        private @Nullable String username;

        /**
         * Login password of this node, by default that of all nodes.
         */
        private @Nullable String password;

        /**
         * Fully qualified name of the JDBC driver of this node, by default that of all nodes.
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

    /** Where reads go. */
    public static class Reads {

        /**
         * How a node is chosen among the eligible ones; a NodeSelector bean takes its place.
         */
        private String selector = "least-in-flight";

        /**
         * Where statements outside any transaction go.
         */
        private OutsideTransaction outsideTransaction = OutsideTransaction.PRIMARY;

        /**
         * Lag above which a replica serves no reads.
         */
        private Duration maxLag = Duration.ofSeconds(5);

        /**
         * Lag below which a replica that was too far behind serves reads again, by default half of "max-lag".
         */
        private @Nullable Duration readmitLag;

        /**
         * Who serves reads when no replica may.
         */
        private WhenNoneEligible whenNoneEligible = WhenNoneEligible.PRIMARY;

        /**
         * How long a node that comes in after the start gets less than its share, rising all the while; zero for not at
         * all.
         */
        private Duration slowStart = Duration.ofSeconds(30);

        /**
         * Number of reads that the primary serves at once for want of a replica, by default half of its pool.
         */
        private @Nullable Integer maxFallbackConcurrency;

        /**
         * Number of times that a read-only transaction is run again when its node is lost.
         */
        private int retries = 2;

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

    /** What writes do without a primary, or with several. */
    public static class Writes {

        /**
         * How long a write waits for a primary, never longer than the timeout of its transaction, and once for all
         * transactions of a web request; 0 to fail at once.
         */
        private Duration hold = Duration.ofSeconds(10);

        /**
         * Number of writes that may wait for a primary at the same time, by default the pool size of a node.
         */
        private @Nullable Integer maxHeld;

        /**
         * What to do with writes while several nodes are writable and nothing shows which is right.
         */
        private OnMultipleWritable onMultipleWritable = OnMultipleWritable.REJECT;

        /**
         * What to do with writes when a promoted node lacks what its predecessor had.
         */
        private OnIncompletePromotion onIncompletePromotion = OnIncompletePromotion.WARN;

        /**
         * Number of times that a transaction is run again when the server rolled it back because of a conflict.
         */
        private int conflictRetries;

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
    }

    /** What a session may rely on when it reads from replicas. */
    public static class Consistency {

        /**
         * What a session sees of its own writes.
         */
        private ConsistencyMode mode = ConsistencyMode.SESSION;

        /**
         * Time that a read waits at most on a replica for what its session has written, before it goes to the primary.
         */
        private Duration wait = Duration.ofMillis(100);

        /**
         * Time for which reads follow the primary after a write where the servers show no position at all, by default
         * "reads.max-lag".
         */
        private @Nullable Duration pin;

        /**
         * What carries a session from one web request to the next.
         */
        private Carrier carrier = Carrier.HTTP_SESSION;

        /**
         * Secret that signs what a cookie or header carries, the same in all instances.
         */
        private @Nullable String signingKey;

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

        /** What carries a session from one web request to the next. */
        public enum Carrier {
            /** The HTTP session, where the application has one. */
            HTTP_SESSION,
            /** A signed cookie. */
            COOKIE,
            /** A signed header of the answer, which the client sends with its next request. */
            HEADER,
            /** Nothing: a session ends with its request. */
            NONE
        }
    }

    /** How the nodes are watched. */
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
         * Number of probes in a row that fail before a node is down.
         */
        private int failureThreshold = 2;

        /**
         * How the lag of a replica is measured.
         */
        private LagProbe lagProbe = LagProbe.AUTO;

        /**
         * Login username of the probes, by default the node's own.
         */
        private @Nullable String username;

        /**
         * Login password of the probes, by default the node's own.
         */
        private @Nullable String password;

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

    /** How nodes beside the declared ones are found. */
    public static class Discovery {

        /**
         * Whether the servers are asked which others there are.
         */
        private boolean enabled;

        /**
         * Time between two looks for nodes that have come or gone.
         */
        private Duration interval = Duration.ofSeconds(30);

        /**
         * Time after which a node that no server tells of any more leaves.
         */
        private Duration removeAfter = Duration.ofMinutes(5);

        /**
         * Time limit for work on a node that leaves, after which its connections are closed.
         */
        private Duration drainTimeout = Duration.ofSeconds(30);

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
