package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.node.GaleraMember;
import io.github.replicationrouting.test.internal.node.Group;
import io.github.replicationrouting.test.internal.node.GroupReplicationMember;
import io.github.replicationrouting.test.internal.node.NodeReplication;
import io.github.replicationrouting.test.internal.server.GaleraServer;
import io.github.replicationrouting.test.internal.server.GroupServer;
import io.github.replicationrouting.test.internal.server.MariaDbBinaries;
import io.github.replicationrouting.test.internal.server.MariaDbServer;
import io.github.replicationrouting.test.internal.server.MySqlServer;
import io.github.replicationrouting.test.internal.server.PeerNetwork;
import io.github.replicationrouting.test.internal.server.Server;
import io.github.replicationrouting.test.internal.server.Watchdog;
import io.github.replicationrouting.test.internal.sql.Account;
import io.github.replicationrouting.test.internal.sql.GaleraSql;
import io.github.replicationrouting.test.internal.sql.GroupReplicationSql;
import io.github.replicationrouting.test.internal.sql.MariaDbSql;
import io.github.replicationrouting.test.internal.sql.MySqlSql;
import io.github.replicationrouting.test.internal.sql.MySqlWithoutGtidsSql;
import io.github.replicationrouting.test.internal.sql.ReplicationSql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.containers.Network;

/**
 * Creates the servers of a cluster and starts them.
 */
final class ClusterStarter {

    private static final Logger logger = LoggerFactory.getLogger(ReplicatedCluster.class);

    private static final Map<ClusterKind, List<String>> SEMI_SYNCHRONOUS = Map.of(
            ClusterKind.MYSQL,
            List.of(
                    "--plugin-load-add=semisync_source.so",
                    "--plugin-load-add=semisync_replica.so",
                    // Loose: the plugins are not loaded yet while the data directory is initialized.
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

    private final List<String> names;

    private final ClusterSettings settings;

    private final List<String> arguments;

    ClusterStarter(
            ClusterKind kind,
            List<String> names,
            String database,
            Account application,
            boolean gtids,
            boolean semiSynchronous,
            List<String> arguments,
            Duration awaitTimeout) {
        this.kind = kind;
        this.names = names;
        this.settings = new ClusterSettings(
                kind.name(),
                database,
                application,
                new Account("monitor", "monitor"),
                new Account("replication", secret()),
                gtids,
                awaitTimeout);
        List<String> all = new ArrayList<>(semiSynchronous ? SEMI_SYNCHRONOUS.get(kind) : List.of());
        all.addAll(arguments);
        this.arguments = all;
    }

    ReplicatedCluster start() {
        Availability.of(kind).require();
        long begin = System.nanoTime();
        ReplicatedCluster cluster =
                switch (kind) {
                    case MARIADB -> mariaDb();
                    case MYSQL -> mysql();
                    case GALERA -> galera();
                    case GROUP_REPLICATION -> groupReplication(false);
                    case GROUP_REPLICATION_SINGLE_PRIMARY -> groupReplication(true);
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

    private ReplicatedCluster mariaDb() {
        MariaDbBinaries binaries = MariaDbBinaries.get();
        Path directory = temporaryDirectory();
        var watchdog = new Watchdog(directory);
        return primaryReplica(
                new MariaDbSql(),
                watchdog,
                (name, id) -> new MariaDbServer(binaries, directory.resolve(name), id, arguments, watchdog));
    }

    private ReplicatedCluster mysql() {
        var root = new Account("root", secret());
        Network network = Network.newNetwork();
        return primaryReplica(
                settings.gtids() ? new MySqlSql(root) : new MySqlWithoutGtidsSql(root),
                network,
                (name, id) -> MySqlServer.replicating(network, name, id, root.password(), settings.gtids(), arguments));
    }

    private ReplicatedCluster primaryReplica(
            ReplicationSql sql, AutoCloseable environment, BiFunction<String, Integer, Server> servers) {
        List<ClusterNode> nodes = nodes((name, id) -> new ClusterNode(
                kind,
                name,
                servers.apply(name, id),
                sql,
                settings,
                (session, process) -> new NodeReplication(name, session, process, sql, settings)));
        return new ReplicatedCluster(kind, settings, nodes, new PrimaryReplicaTopology(nodes, settings), environment);
    }

    private ReplicatedCluster galera() {
        var sql = new GaleraSql(new Account("root", secret()));
        Network network = Network.newNetwork();
        PeerNetwork peers = PeerNetwork.create();
        var group = new Group();
        List<ClusterNode> nodes = nodes((name, id) -> {
            GroupServer server = new GaleraServer(
                    network, peers, names.size(), name, id, sql.administrator().password(), arguments);
            return new ClusterNode(
                    kind,
                    name,
                    server,
                    sql,
                    settings,
                    (session, process) -> new GaleraMember(name, session, process, server, sql, settings, group));
        });
        var topology = new GroupTopology(
                nodes,
                settings,
                false,
                first -> first.execute(sql.createUsers(
                        settings.application(), settings.monitor(), settings.replication(), settings.database())));
        return new ReplicatedCluster(kind, settings, nodes, topology, environment(network, peers));
    }

    private ReplicatedCluster groupReplication(boolean singlePrimary) {
        var sql = new GroupReplicationSql(new Account("root", secret()));
        Network network = Network.newNetwork();
        PeerNetwork peers = PeerNetwork.create();
        var options = new MySqlServer.GroupOptions(UUID.randomUUID(), names.size(), singlePrimary);
        var group = new Group();
        List<ClusterNode> nodes = nodes((name, id) -> {
            GroupServer server = MySqlServer.member(
                    network, peers, options, name, id, sql.administrator().password(), arguments);
            return new ClusterNode(
                    kind,
                    name,
                    server,
                    sql,
                    settings,
                    (session, process) ->
                            new GroupReplicationMember(name, session, process, server, sql, settings, group));
        });
        // Each server has its own users.
        var topology = new GroupTopology(nodes, settings, singlePrimary, first -> {});
        return new ReplicatedCluster(kind, settings, nodes, topology, environment(network, peers));
    }

    private static AutoCloseable environment(Network network, PeerNetwork peers) {
        return () -> {
            try (network;
                    peers) {
                // Closes both.
            }
        };
    }

    private List<ClusterNode> nodes(BiFunction<String, Integer, ClusterNode> nodes) {
        return IntStream.rangeClosed(1, names.size())
                .mapToObj(id -> nodes.apply(names.get(id - 1), id))
                .toList();
    }

    // MySQL accepts no more than 32 characters for the password of its replication.
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
