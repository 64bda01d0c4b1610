package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.docker.MySqlImage;
import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.server.MariaDbBinaries;
import io.github.replicationrouting.test.internal.server.MariaDbServer;
import io.github.replicationrouting.test.internal.server.MySqlServer;
import io.github.replicationrouting.test.internal.server.Server;
import io.github.replicationrouting.test.internal.server.Watchdog;
import io.github.replicationrouting.test.internal.sql.Account;
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
import java.util.stream.Stream;
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
        return create(
                new MariaDbSql(),
                watchdog,
                (name, id) -> new MariaDbServer(binaries, directory.resolve(name), id, arguments, watchdog));
    }

    private ReplicatedCluster mysql() {
        String image = MySqlImage.name();
        var root = new Account("root", secret());
        Network network = Network.newNetwork();
        return create(
                settings.gtids() ? new MySqlSql(root) : new MySqlWithoutGtidsSql(root),
                network,
                (name, id) -> new MySqlServer(image, network, name, id, root.password(), settings.gtids(), arguments));
    }

    private ReplicatedCluster create(
            ReplicationSql sql, AutoCloseable environment, BiFunction<String, Integer, Server> servers) {
        List<ClusterNode> nodes = Stream.iterate(1, id -> id <= names.size(), id -> id + 1)
                .map(id -> {
                    String name = names.get(id - 1);
                    return new ClusterNode(kind, name, servers.apply(name, id), sql, settings);
                })
                .toList();
        return new ReplicatedCluster(kind, settings, nodes, environment);
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
