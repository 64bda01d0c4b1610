package io.github.replicationrouting.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.containers.Network;

/**
 * A real primary with real replicas, on this machine, for the length of a test.
 *
 * <pre>{@code
 * try (ReplicatedCluster cluster = ReplicatedCluster.mariaDb().replicas(2).start()) {
 *     cluster.node("db2").stopApplier();
 *     ...
 * }
 * }</pre>
 *
 * <p>Replication is asynchronous and by GTID, unless {@link Builder#semiSynchronous()} or {@link
 * Builder#gtids(boolean)} says otherwise. Replicas are read-only. The application's user may do everything in the
 * cluster's database and is bound by read-only; the monitor's user may only log in. Closing leaves no process, no
 * container and no file behind. Thread-safe, but faults by several threads at once make little sense.
 */
public final class ReplicatedCluster implements AutoCloseable {

    /** Names the MySQL image. */
    static final String MYSQL_IMAGE_PROPERTY = "replication-routing.test.mysql-image";

    private static final Logger logger = LoggerFactory.getLogger(ReplicatedCluster.class);

    private final ClusterKind kind;

    private final Settings settings;

    private final List<ClusterNode> nodes;

    /** Closed after the nodes. */
    private final List<AutoCloseable> surroundings;

    private volatile ClusterNode primary;

    private ReplicatedCluster(
            ClusterKind kind, Settings settings, List<ClusterNode> nodes, List<AutoCloseable> surroundings) {
        this.kind = kind;
        this.settings = settings;
        this.nodes = nodes;
        this.surroundings = surroundings;
        this.primary = nodes.get(0);
    }

    /**
     * An embedded MariaDB: nothing has to be installed. The first start on a machine unpacks the server into the user's
     * cache directory; 64-bit Linux on x86 only.
     */
    public static Builder mariaDb() {
        return new Builder(ClusterKind.MARIADB);
    }

    /**
     * MySQL in Docker containers. The system property {@code replication-routing.test.mysql-image} names the image, by
     * default {@code mysql:9.7}.
     */
    public static Builder mysql() {
        return new Builder(ClusterKind.MYSQL);
    }

    static String mysqlImage() {
        return System.getProperty(MYSQL_IMAGE_PROPERTY, "mysql:9.7");
    }

    public static Builder of(ClusterKind kind) {
        return new Builder(kind);
    }

    public ClusterKind kind() {
        return kind;
    }

    /** All nodes; the primary of the start comes first. */
    public List<ClusterNode> nodes() {
        return nodes;
    }

    /**
     * @throws IllegalArgumentException if there is no node of this name
     */
    public ClusterNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No node %s among %s".formatted(name, nodes)));
    }

    /** The node that is meant to be the primary: that of the start, or the one promoted last. */
    public ClusterNode primary() {
        return primary;
    }

    /**
     * Notes which node is meant to be the primary, after a test has promoted it step by step. Changes nothing on any
     * server: {@link #rejoin(ClusterNode)} and {@link #heal()} go by it.
     */
    public synchronized void notePrimary(ClusterNode node) {
        primary = node;
    }

    /** All nodes but the {@linkplain #primary() primary}. */
    public List<ClusterNode> replicas() {
        return nodes.stream().filter(node -> node != primary).toList();
    }

    public String database() {
        return settings.database();
    }

    /** The application's user. */
    public String username() {
        return settings.application().name();
    }

    public String password() {
        return settings.application().password();
    }

    /** A user who may log in and nothing else, until {@link #grantMonitoring()}. */
    public String monitorUsername() {
        return settings.monitor().name();
    }

    public String monitorPassword() {
        return settings.monitor().password();
    }

    /**
     * Makes a replica the primary. A primary that answers is made read-only first, waited for and made a replica, so that
     * nothing is lost; where it does not answer, the new primary has what it had received. The other nodes that answer
     * follow the new primary; what one of them has of its own is thrown away. A node that does not answer now comes
     * back as what it was: see {@link #rejoin(ClusterNode)}.
     */
    public synchronized void promote(ClusterNode node) {
        ClusterNode old = primary;
        if (node == old) {
            return;
        }
        if (old.answers()) {
            old.readOnly(true);
            node.resume();
            node.awaitPosition(old.position());
        } else {
            node.drain();
        }
        List<ClusterNode> others =
                nodes.stream().filter(other -> other != node && other.answers()).toList();
        List<ClusterNode> inStep = settings.gtids()
                ? List.of()
                : others.stream().filter(other -> comesInStep(other, node, old)).toList();
        String place = node.place();
        node.lead();
        primary = node;
        for (ClusterNode other : others) {
            if (inStep.contains(other)) {
                other.follow(node, place);
            } else {
                rejoin(other);
            }
        }
    }

    /**
     * Brings a replica what the other replicas have received of a primary that does not answer, as failover managers do
     * before they promote it: semi-synchronous replication promises that a replica has it, not which one. An earlier
     * primary that runs again beside them does not count: what it alone has was lost with it.
     *
     * @throws IllegalStateException if the primary answers, or the cluster has no GTIDs
     */
    public synchronized void consolidate(ClusterNode node) {
        if (!settings.gtids()) {
            throw new IllegalStateException("What a replica lacks is told by GTIDs, and this cluster has none");
        }
        if (primary.answers()) {
            throw new IllegalStateException(
                    primary + " answers, and only a lost primary leaves anything to consolidate; promote at once");
        }
        node.drain();
        try {
            for (ClusterNode other : replicas()) {
                if (other != node && other.answers() && other.isReplicaOf(primary)) {
                    other.drain();
                    if (other.hasMoreThan(node)) {
                        node.follow(other);
                        node.awaitPosition(other.position());
                    }
                }
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot tell what the replicas have", ex);
        }
    }

    /** Whether a node has what the next primary has, no more and no less, once it has executed what it can get. */
    private static boolean comesInStep(ClusterNode other, ClusterNode next, ClusterNode old) {
        if (other == old) {
            return true;
        }
        try {
            if (!other.follows(old) || other.isBroken() || other.hasMoreThan(old)) {
                return false;
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot tell what " + other + " has", ex);
        }
        if (old.answers()) {
            other.resume();
            other.awaitPosition(old.position());
            return true;
        }
        other.drain();
        return other.position().equals(next.position());
    }

    /** Makes a node a replica of the {@linkplain #primary() primary}; what it has of its own is thrown away. */
    public synchronized void rejoin(ClusterNode node) {
        settle(node);
        try {
            // Without GTIDs nobody knows from where on.
            if (!settings.gtids() || node.hasMoreThan(primary)) {
                node.rebuild(primary);
            } else {
                node.follow(primary);
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot rejoin " + node, ex);
        }
    }

    /**
     * Undoes every fault: all nodes run and can be reached, the primary of the start is the primary, and the others
     * have replicated everything. Data and grants stay. Costs a few milliseconds where there is nothing to undo.
     */
    public synchronized void heal() {
        nodes.forEach(ClusterNode::revive);
        primary.readOnly(false);
        try {
            for (ClusterNode replica : replicas()) {
                heal(replica);
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot heal the cluster:\n" + describe(), ex);
        }
        awaitHealed();
        if (primary != nodes.get(0)) {
            promote(nodes.get(0));
            awaitHealed();
        }
    }

    /** Where replication runs and still does not bring everything, the replica begins anew. */
    private void awaitHealed() {
        awaitRoles();
        try {
            awaitReplicated();
        } catch (AssertionError stuck) {
            String position = primary.position();
            replicas().stream().filter(replica -> !replica.contains(position)).forEach(this::rebuild);
            awaitReplicated();
        }
    }

    private void rebuild(ClusterNode replica) {
        try {
            replica.rebuild(primary);
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot rebuild " + replica, ex);
        }
    }

    private void heal(ClusterNode replica) throws SQLException {
        settle(replica);
        if (replica.isBroken() || replica.hasMoreThan(primary)) {
            replica.rebuild(primary);
        } else if (!replica.follows(primary)) {
            rejoin(replica);
        } else {
            replica.resume();
        }
    }

    /** An old primary may still be at what it was told before it was frozen: once it is read-only, that is done. */
    private static void settle(ClusterNode node) {
        node.readOnly(true);
    }

    /** Drops the database and creates it anew, empty, on all nodes that replicate. */
    public void recreateDatabase() {
        primary.execute(List.of(
                "DROP DATABASE IF EXISTS `%s`".formatted(database()), "CREATE DATABASE `%s`".formatted(database())));
    }

    /** Lets the monitor's user see the state of replication, on all nodes that answer. */
    public void grantMonitoring() {
        nodes.stream().filter(ClusterNode::answers).forEach(ClusterNode::grantMonitoring);
    }

    /** Waits until every node is what it is meant to be, and the replicas replicate. */
    public void awaitRoles() {
        await("all nodes have their roles", () -> {
            for (ClusterNode node : nodes) {
                if (node == primary ? node.askRole() != NodeRole.PRIMARY : !isReplica(node)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean isReplica(ClusterNode node) throws SQLException {
        return node.askRole() == NodeRole.REPLICA && node.replicates();
    }

    /** Waits until all replicas have executed what the primary has executed by now. */
    public void awaitReplicated() {
        String position = primary.position();
        await("all replicas contain " + position, () -> {
            for (ClusterNode replica : replicas()) {
                if (!replica.hasExecuted(position)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Waits until a table has so many rows on all nodes. */
    public void awaitRowCount(String table, long rows) {
        nodes.forEach(node -> node.awaitRowCount(table, rows));
    }

    private void await(String what, Await.Condition condition) {
        Await.until(settings.awaitTimeout(), what, this::describe, condition);
    }

    /** Each node in a line, with its role, position and replication as the server tells them. */
    public String describe() {
        return nodes.stream().map(ClusterNode::describe).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>();
        nodes.forEach(node -> all.add(node::close));
        all.addAll(surroundings);
        close(all);
    }

    private static void close(List<AutoCloseable> all) {
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

    private void start() {
        inParallel(ClusterNode::initialize);
        primary.execute(List.of("CREATE DATABASE `%s`".formatted(database())));
        replicas().forEach(node -> node.follow(primary));
        awaitRoles();
        awaitReplicated();
        nodes.forEach(ClusterNode::open);
    }

    private void inParallel(Consumer<ClusterNode> action) {
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
        try {
            CompletableFuture.allOf(nodes.stream()
                            .map(node -> CompletableFuture.runAsync(() -> action.accept(node), threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException ex) {
            throw new IllegalStateException("The cluster does not start", ex.getCause());
        } finally {
            threads.shutdown();
        }
    }

    @Override
    public String toString() {
        return kind + " " + nodes;
    }

    /**
     * Says what the cluster shall be like. Every option has a default.
     */
    public static final class Builder {

        private static final Map<ClusterKind, List<String>> SEMI_SYNCHRONOUS = Map.of(
                ClusterKind.MYSQL,
                List.of(
                        "--plugin-load-add=semisync_source.so",
                        "--plugin-load-add=semisync_replica.so",
                        // Loose: the plugins are not there yet while the data directory is made.
                        "--loose-rpl-semi-sync-source-enabled=ON",
                        "--loose-rpl-semi-sync-replica-enabled=ON",
                        "--loose-rpl-semi-sync-source-timeout=10000",
                        "--loose-rpl-semi-sync-source-wait-no-replica=OFF"),
                ClusterKind.MARIADB,
                List.of(
                        "--rpl-semi-sync-master-enabled=ON",
                        "--rpl-semi-sync-slave-enabled=ON",
                        "--rpl-semi-sync-master-timeout=10000",
                        "--rpl-semi-sync-master-wait-no-slave=OFF"));

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

        /** The number of replicas, 2 by default; the nodes are named db1 (the primary), db2 and so on. */
        public Builder replicas(int replicas) {
            return nodes(IntStream.rangeClosed(1, replicas + 1)
                    .mapToObj(number -> "db" + number)
                    .toArray(String[]::new));
        }

        /** The names of the nodes; the first is the primary. */
        public Builder nodes(String... names) {
            if (names.length == 0 || new HashSet<>(List.of(names)).size() < names.length) {
                throw new IllegalArgumentException("Nodes need names, and different ones");
            }
            this.names = List.of(names);
            return this;
        }

        public Builder database(String database) {
            this.database = plain(database);
            return this;
        }

        /** The application's user. */
        public Builder user(String name, String password) {
            this.application = new Account(plain(name), plain(password));
            return this;
        }

        /**
         * Whether the servers count transactions, as they do by default. Without, they replicate by file and offset of the
         * binary log. MySQL only: MariaDB always counts.
         */
        public Builder gtids(boolean gtids) {
            if (!gtids && kind == ClusterKind.MARIADB) {
                throw new IllegalArgumentException("MariaDB always has GTIDs; only MySQL can do without");
            }
            this.gtids = gtids;
            return this;
        }

        /** More arguments for every server, such as {@code --innodb-lock-wait-timeout=2}. */
        public Builder serverArguments(String... arguments) {
            this.arguments = List.of(arguments);
            return this;
        }

        /**
         * Replication is semi-synchronous: a commit is acknowledged when a replica has received it, or after ten seconds
         * without that. While no replica is connected, commits do not wait.
         */
        public Builder semiSynchronous() {
            this.semiSynchronous = true;
            return this;
        }

        private List<String> allArguments() {
            List<String> all = new ArrayList<>(semiSynchronous ? SEMI_SYNCHRONOUS.get(kind) : List.of());
            all.addAll(arguments);
            return all;
        }

        /** How long the awaiting methods wait, 30 seconds by default. */
        public Builder awaitTimeout(Duration awaitTimeout) {
            this.awaitTimeout = awaitTimeout;
            return this;
        }

        private static String plain(String text) {
            if (!text.matches("[A-Za-z0-9_.-]+")) {
                throw new IllegalArgumentException(
                        "Only letters, digits, '_', '.' and '-' make names and passwords here");
            }
            return text;
        }

        /**
         * Starts the cluster; returns when all replicas replicate.
         *
         * @throws org.opentest4j.TestAbortedException if this kind cannot run on this machine, which skips a test
         * @throws IllegalStateException if it cannot run here and the environment says {@code CI=true}, or if a server
         *     does not start
         */
        public ReplicatedCluster start() {
            Availability.of(kind).require();
            long begin = System.nanoTime();
            var settings = new Settings(
                    database,
                    application,
                    new Account("monitor", "monitor"),
                    new Account("replication", secret()),
                    gtids,
                    awaitTimeout);
            ReplicatedCluster cluster =
                    switch (kind) {
                        case MARIADB -> mariaDb(settings);
                        case MYSQL -> mysql(settings);
                    };
            try {
                cluster.start();
            } catch (RuntimeException | Error ex) {
                closeAfter(ex, cluster);
                throw ex;
            }
            logger.info(
                    "Started {} in {} ms",
                    cluster,
                    Duration.ofNanos(System.nanoTime() - begin).toMillis());
            return cluster;
        }

        private static void closeAfter(Throwable cause, ReplicatedCluster cluster) {
            try {
                cluster.close();
            } catch (RuntimeException ex) {
                cause.addSuppressed(ex);
            }
        }

        private ReplicatedCluster mariaDb(Settings settings) {
            MariaDbBinaries binaries = MariaDbBinaries.get();
            Path directory = temporaryDirectory();
            var watchdog = new Watchdog(directory);
            return make(
                    settings,
                    new MariaDbSql(),
                    List.of(watchdog),
                    (name, id) -> new MariaDbServer(binaries, directory.resolve(name), id, allArguments(), watchdog));
        }

        private ReplicatedCluster mysql(Settings settings) {
            String image = mysqlImage();
            var root = new Account("root", secret());
            Network network = Network.newNetwork();
            return make(
                    settings,
                    gtids ? new MySqlSql(root) : new MySqlWithoutGtidsSql(root),
                    List.of(network),
                    (name, id) -> new MySqlServer(image, network, name, id, root.password(), gtids, allArguments()));
        }

        private ReplicatedCluster make(
                Settings settings,
                ReplicationSql sql,
                List<AutoCloseable> surroundings,
                BiFunction<String, Integer, Server> servers) {
            List<ClusterNode> nodes = Stream.iterate(1, id -> id <= names.size(), id -> id + 1)
                    .map(id -> {
                        String name = names.get(id - 1);
                        return new ClusterNode(name, servers.apply(name, id), sql, settings);
                    })
                    .toList();
            return new ReplicatedCluster(kind, settings, nodes, surroundings);
        }

        // MySQL takes no more than 32 characters for its replication.
        private static String secret() {
            return UUID.randomUUID().toString().replace("-", "");
        }

        private static Path temporaryDirectory() {
            try {
                return Files.createTempDirectory("replicated-cluster-");
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }
}
