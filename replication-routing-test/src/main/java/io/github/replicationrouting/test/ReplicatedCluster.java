package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.sql.Account;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Real servers that replicate, on this machine, for the duration of a test: a primary with replicas, or a group.
 *
 * <pre>{@code
 * try (ReplicatedCluster cluster = ReplicatedCluster.mariaDb().replicas(2).start()) {
 *     cluster.node("db2").stopApplier();
 *     ...
 * }
 * }</pre>
 *
 * <p>Between a primary and replicas replication is asynchronous and by GTID, unless changed by {@link Builder#semiSynchronous()} or {@link
 * Builder#gtids(boolean)}. Replicas are read-only. The application's user has all privileges in the
 * cluster's database and is bound by read-only; the monitor's user may only log in. Closing leaves no process, no
 * container and no file. Thread-safe, but faults by several threads concurrently are rarely useful.
 */
public final class ReplicatedCluster implements AutoCloseable {

    private final ClusterKind kind;

    private final ClusterSettings settings;

    private final List<ClusterNode> nodes;

    private final ClusterTopology topology;

    /** Closed after the nodes. */
    private final AutoCloseable environment;

    ReplicatedCluster(
            ClusterKind kind,
            ClusterSettings settings,
            List<ClusterNode> nodes,
            ClusterTopology topology,
            AutoCloseable environment) {
        this.kind = kind;
        this.settings = settings;
        this.nodes = nodes;
        this.topology = topology;
        this.environment = environment;
    }

    /**
     * Returns a builder for an embedded MariaDB: nothing has to be installed. The first start on a machine unpacks the
     * server into the user's cache directory; 64-bit Linux on x86 only.
     */
    public static Builder mariaDb() {
        return new Builder(ClusterKind.MARIADB);
    }

    /**
     * Returns a builder for MySQL in Docker containers. The system property {@code
     * replication-routing.test.mysql-image} names the image, by default {@code mysql:9.7}.
     */
    public static Builder mysql() {
        return new Builder(ClusterKind.MYSQL);
    }

    /** Returns a builder for the given kind. */
    public static Builder of(ClusterKind kind) {
        return new Builder(kind);
    }

    /** Returns the database of the servers. */
    public ClusterKind kind() {
        return kind;
    }

    // Nodes

    /** Returns all nodes; the initial primary comes first. */
    public List<ClusterNode> nodes() {
        return nodes;
    }

    /**
     * Returns the node of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ClusterNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No node %s among %s".formatted(name, nodes)));
    }

    /**
     * Returns the node that is meant to be the primary: the initial one, or the one promoted last. In a group it is the
     * one that a majority has elected, which may be dead until the group notices, or, where each member is a primary,
     * the first one that takes part in a majority.
     *
     * @throws IllegalStateException if no member of a group knows a primary
     */
    public ClusterNode primary() {
        return topology.primary();
    }

    /** Returns all nodes but the {@linkplain #primary() primary}. */
    public List<ClusterNode> replicas() {
        return topology.replicas();
    }

    // Database and users

    /** Returns the name of the database. */
    public String database() {
        return settings.database();
    }

    /** Returns the application's user. */
    public String username() {
        return settings.application().name();
    }

    /** Returns the password of the application's user. */
    public String password() {
        return settings.application().password();
    }

    /** Returns a user with no privilege but to log in, until {@link #grantMonitoring()}. */
    public String monitorUsername() {
        return settings.monitor().name();
    }

    /** Returns the password of the monitor's user. */
    public String monitorPassword() {
        return settings.monitor().password();
    }

    /** Grants the monitor's user the privilege to see the state of replication, on all nodes that answer. */
    public void grantMonitoring() {
        nodes.stream().filter(ClusterNode::answers).forEach(ClusterNode::grantMonitoring);
    }

    /** Drops the database and creates it anew, empty, on all nodes that replicate. */
    public void recreateDatabase() {
        primary()
                .execute(List.of(
                        "DROP DATABASE IF EXISTS `%s`".formatted(database()),
                        "CREATE DATABASE `%s`".formatted(database())));
    }

    // Changes of the topology

    /**
     * Makes a replica the primary. A primary that answers is first made read-only and drained, so that nothing is lost,
     * and becomes a replica; if it does not answer, the new primary has what it had received. The other nodes that
     * answer follow the new primary; transactions that only one of them has are lost. A node that does not answer now
     * keeps its role when it starts again: see {@link #rejoin(ClusterNode)}. A group with a single primary elects the
     * node.
     *
     * @throws IllegalStateException if each member of the group is a primary
     */
    public synchronized void promote(ClusterNode node) {
        topology.promote(node);
    }

    /**
     * Brings a replica what the other replicas have received of a primary that does not answer, as failover managers do
     * before they promote it: semi-synchronous replication guarantees that a replica has it, not which one. An earlier
     * primary that has restarted beside them does not count: the transactions that only it has are lost.
     *
     * @throws IllegalStateException if the primary answers, or the cluster has no GTIDs
     */
    public synchronized void consolidate(ClusterNode node) {
        topology.consolidate(node);
    }

    /**
     * Makes a node a replica of the {@linkplain #primary() primary}, or the member of its group again; transactions that
     * only it has are lost.
     */
    public synchronized void rejoin(ClusterNode node) {
        topology.rejoin(node);
    }

    /**
     * Notes which node is meant to be the primary, after a test has promoted it step by step. Changes nothing on any
     * server: {@link #rejoin(ClusterNode)} and {@link #heal()} use it.
     */
    public synchronized void notePrimary(ClusterNode node) {
        topology.primary(node);
    }

    /**
     * Kills all members of a group and starts them again: the one that has executed most becomes the first member of a
     * new group, and the others join it.
     *
     * @throws IllegalStateException if the cluster is no group
     */
    public synchronized void restartGroup() {
        topology.restartGroup();
    }

    /**
     * Ends every fault: all nodes run and are reachable, the initial primary is the primary, and the others have
     * replicated everything. The members of a group form one group again, begun by the one that has executed most if
     * none has a majority. Data and grants stay. Takes a few milliseconds if there was no fault.
     */
    public synchronized void heal() {
        topology.heal();
    }

    // Waiting

    /**
     * Waits until every node has the role that it is meant to have, and the replicas replicate, or until all nodes are
     * the members of one group.
     */
    public void awaitRoles() {
        topology.awaitRoles();
    }

    /** Waits until all replicas have executed what the primary, or any member of the group, has executed by now. */
    public void awaitReplicated() {
        topology.awaitReplicated();
    }

    /** Waits until a table has this number of rows on all nodes. */
    public void awaitRowCount(String table, long rows) {
        nodes.forEach(node -> node.awaitRowCount(table, rows));
    }

    /** Describes each node in one line: the role, position and replication that its server reports. */
    public String describe() {
        return ClusterNode.describe(nodes);
    }

    void start() {
        topology.start();
        nodes.forEach(ClusterNode::open);
    }

    /** Ends all servers and removes their data. */
    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>();
        nodes.forEach(node -> all.add(node::close));
        all.add(environment);
        RuntimeException failure = null;
        for (AutoCloseable closeable : all) {
            try {
                closeable.close();
            } catch (Exception ex) {
                if (failure == null) {
                    failure = new IllegalStateException("Cannot close the cluster", ex);
                } else {
                    failure.addSuppressed(ex);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        return kind + " " + nodes;
    }

    /**
     * Builder for a {@link ReplicatedCluster}. Every option has a default.
     */
    public static final class Builder {

        private final ClusterKind kind;

        private List<String> names = List.of("db1", "db2", "db3");

        private String database = "app";

        private Account application = new Account("app", "secret");

        private boolean gtids = true;

        private List<String> arguments = List.of();

        private boolean semiSynchronous;

        private Duration awaitTimeout = Duration.ofSeconds(30);

        private Builder(ClusterKind kind) {
            this.kind = kind;
        }

        /**
         * Sets the number of replicas, 2 by default; the nodes are named db1 (the primary), db2 and so on. A group has
         * one member more.
         */
        public Builder replicas(int replicas) {
            return nodes(IntStream.rangeClosed(1, replicas + 1)
                    .mapToObj(number -> "db" + number)
                    .toArray(String[]::new));
        }

        /** Sets the names of the nodes; the first is the primary. */
        public Builder nodes(String... names) {
            if (names.length == 0 || new HashSet<>(List.of(names)).size() < names.length) {
                throw new IllegalArgumentException("Nodes need names, and different ones");
            }
            this.names = List.of(names);
            return this;
        }

        /** Sets the name of the database, {@code app} by default. */
        public Builder database(String database) {
            this.database = requirePlain(database);
            return this;
        }

        /** Sets the application's user. */
        public Builder user(String name, String password) {
            this.application = new Account(requirePlain(name), requirePlain(password));
            return this;
        }

        /**
         * Sets whether the servers have GTIDs, as they do by default. Without, they replicate by file and offset of the
         * binary log. A primary and replicas of MySQL only: MariaDB always has GTIDs, and a group needs them.
         */
        public Builder gtids(boolean gtids) {
            if (!gtids && kind.isMariaDb()) {
                throw new IllegalArgumentException("MariaDB always has GTIDs; only MySQL can run without");
            }
            if (!gtids && kind.isGroup()) {
                throw new IllegalArgumentException("Group Replication needs GTIDs");
            }
            this.gtids = gtids;
            return this;
        }

        /** Sets additional arguments for every server, such as {@code --innodb-lock-wait-timeout=2}. */
        public Builder serverArguments(String... arguments) {
            this.arguments = List.of(arguments);
            return this;
        }

        /**
         * Makes replication semi-synchronous: a commit is acknowledged when a replica has received it, or after ten
         * seconds without that. While no replica is connected, commits do not wait. A primary and replicas only.
         */
        public Builder semiSynchronous() {
            if (kind.isGroup()) {
                throw new IllegalArgumentException("A group replicates in its own way, not semi-synchronously");
            }
            this.semiSynchronous = true;
            return this;
        }

        /** Sets how long the awaiting methods wait, 30 seconds by default. */
        public Builder awaitTimeout(Duration awaitTimeout) {
            this.awaitTimeout = awaitTimeout;
            return this;
        }

        private static String requirePlain(String text) {
            if (!text.matches("[A-Za-z0-9_.-]+")) {
                throw new IllegalArgumentException(
                        "Names and passwords of a cluster consist of letters, digits, '_', '.' and '-'");
            }
            return text;
        }

        /**
         * Starts the cluster and waits until all replicas replicate.
         *
         * @throws org.opentest4j.TestAbortedException if this kind cannot run on this machine, which skips a test
         * @throws IllegalStateException if it cannot run here and {@code CI=true} is set in the environment, or if a
         *     server does not start
         */
        public ReplicatedCluster start() {
            return new ClusterStarter(
                            kind, names, database, application, gtids, semiSynchronous, arguments, awaitTimeout)
                    .start();
        }
    }
}
