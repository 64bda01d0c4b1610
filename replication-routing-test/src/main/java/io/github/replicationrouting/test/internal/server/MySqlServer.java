package io.github.replicationrouting.test.internal.server;

import io.github.replicationrouting.test.internal.docker.ServerImage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Network;

/**
 * One MySQL server in a Docker container.
 */
public final class MySqlServer extends DockerServer {

    private static final int GROUP_PORT = 33061;

    private MySqlServer(
            Network network,
            @Nullable PeerNetwork peers,
            String name,
            int id,
            String rootPassword,
            boolean gtids,
            List<String> arguments) {
        super(ServerImage.MYSQL, network, peers, name, id);
        List<String> command = new ArrayList<>(List.of(
                "mysqld",
                "--server-id=" + id,
                "--gtid-mode=" + (gtids ? "ON" : "OFF"),
                "--enforce-gtid-consistency=" + (gtids ? "ON" : "OFF"),
                "--log-bin=binlog",
                "--log-bin-trust-function-creators=ON",
                "--relay-log=relay",
                "--relay-log-recovery=ON",
                "--replica-net-timeout=5",
                "--skip-name-resolve",
                "--mysqlx=OFF",
                // Several clusters run on one machine: together these options save a third of a server's memory.
                "--max-connections=200",
                "--innodb-buffer-pool-size=64M",
                "--innodb-log-buffer-size=4M",
                "--table-open-cache=200",
                "--table-definition-cache=400",
                "--performance-schema-digests-size=200",
                "--performance-schema-error-size=10",
                "--performance-schema-max-memory-classes=0",
                "--performance-schema-accounts-size=0",
                "--performance-schema-users-size=0",
                "--performance-schema-hosts-size=0",
                // The system limits asynchronous I/O requests, and a server that gets none does not start.
                "--innodb-use-native-aio=OFF",
                // What a killed process has written stays in the system's cache: no flush is needed.
                "--innodb-flush-log-at-trx-commit=2",
                "--sync-binlog=0"));
        command.addAll(arguments);
        container().withEnv("MYSQL_ROOT_PASSWORD", rootPassword).withCommand(command.toArray(String[]::new));
    }

    /** Creates a server that replicates asynchronously. */
    public static MySqlServer replicating(
            Network network, String name, int id, String rootPassword, boolean gtids, List<String> arguments) {
        return new MySqlServer(network, null, name, id, rootPassword, gtids, arguments);
    }

    /** Creates a member of a group. */
    public static MySqlServer member(
            Network network,
            PeerNetwork peers,
            GroupOptions group,
            String name,
            int id,
            String rootPassword,
            List<String> arguments) {
        List<String> all = new ArrayList<>(group.arguments(peers, name, id));
        all.addAll(arguments);
        return new MySqlServer(network, peers, name, id, rootPassword, true, all);
    }

    // Only a running server knows what it has executed.
    @Override
    public String storedPosition() {
        return "";
    }

    // Its members bootstrap a group by a statement.
    @Override
    public void bootstrapAtNextStart() {}

    /**
     * The options of a replication group.
     *
     * @param size the number of members
     */
    public record GroupOptions(UUID name, int size, boolean singlePrimary) {

        private List<String> arguments(PeerNetwork peers, String member, int id) {
            String seeds = IntStream.rangeClosed(1, size)
                    .mapToObj(seed -> peers.address(seed) + ":" + GROUP_PORT)
                    .collect(Collectors.joining(","));
            String primary = singlePrimary ? "ON" : "OFF";
            String checks = singlePrimary ? "OFF" : "ON";
            return List.of(
                    "--report-host=" + member,
                    "--plugin-load-add=group_replication.so",
                    // Loose: the plugin is not loaded yet while the data directory is initialized.
                    "--loose-group-replication-group-name=" + name,
                    "--loose-group-replication-local-address=" + peers.address(id) + ":" + GROUP_PORT,
                    "--loose-group-replication-group-seeds=" + seeds,
                    "--loose-group-replication-start-on-boot=OFF",
                    "--loose-group-replication-single-primary-mode=" + primary,
                    "--loose-group-replication-enforce-update-everywhere-checks=" + checks,
                    "--loose-group-replication-recovery-get-public-key=ON",
                    // A lost member is suspected after five seconds, and expelled immediately instead of after five
                    // more.
                    "--loose-group-replication-member-expel-timeout=0");
        }
    }
}
