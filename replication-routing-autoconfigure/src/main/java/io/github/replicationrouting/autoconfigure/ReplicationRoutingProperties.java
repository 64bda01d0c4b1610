package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.monitor.LagProbe;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.routing.OutsideTransaction;
import io.github.replicationrouting.routing.WhenNoneEligible;
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

    private final Monitor monitor = new Monitor();

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

    public Monitor getMonitor() {
        return monitor;
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
}
