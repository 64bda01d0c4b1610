package io.github.replicationrouting.test.internal.server;

import io.github.replicationrouting.test.internal.docker.ServerImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/**
 * One MariaDB server of a Galera cluster in a Docker container.
 */
public final class GaleraServer extends DockerServer {

    private static final String SCRIPT = "/galera-start.sh";

    /** Names what the next start of the container does, other than to join; the script removes it. */
    private static final String MODE = "/galera-mode";

    private static final String RECOVERED = "Recovered position: ";

    private static final String BOOTSTRAP = "bootstrap";

    private static final String RECOVER = "recover";

    private static final int EXECUTABLE = 0755;

    private @Nullable String mode;

    /** @param size the number of members */
    public GaleraServer(
            Network network,
            PeerNetwork peers,
            int size,
            String name,
            int id,
            String rootPassword,
            List<String> arguments) {
        super(ServerImage.GALERA, network, peers, name, id);
        String members = IntStream.rangeClosed(1, size).mapToObj(peers::address).collect(Collectors.joining(","));
        List<String> command = new ArrayList<>(List.of(
                rootPassword,
                "--server-id=" + id,
                "--bind-address=0.0.0.0",
                "--skip-name-resolve",
                "--skip-ssl",
                "--performance-schema=OFF",
                "--max-connections=200",
                "--innodb-buffer-pool-size=64M",
                "--innodb-use-native-aio=OFF",
                "--innodb-autoinc-lock-mode=2",
                "--binlog-format=ROW",
                "--log-bin-trust-function-creators=ON",
                // What a killed process has written stays in the system's cache: no flush is needed.
                "--innodb-flush-log-at-trx-commit=2",
                "--sync-binlog=0",
                "--wsrep-on=ON",
                "--wsrep-provider=/usr/lib/galera/libgalera_smm.so",
                "--wsrep-sst-method=rsync",
                "--wsrep-cluster-name=cluster",
                "--wsrep-cluster-address=gcomm://" + members,
                "--wsrep-node-name=" + name,
                "--wsrep-node-address=" + peers.address(id),
                "--wsrep-node-incoming-address=%s:%d".formatted(name, PORT),
                // A lost member is expelled after three seconds instead of six; sooner, a busy machine loses healthy
                // ones.
                "--wsrep-provider-options=gcache.size=32M;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;"
                        + "evs.inactive_check_period=PT0.2S;evs.keepalive_period=PT0.3S;evs.install_timeout=PT4S"));
        command.addAll(arguments);
        container()
                .withCopyToContainer(Transferable.of(script(), EXECUTABLE), SCRIPT)
                .withCommand(command.toArray(String[]::new))
                .withCreateContainerCmdModifier(create -> create.withEntrypoint("/bin/bash", SCRIPT));
    }

    @Override
    void created(String containerId) {
        super.created(containerId);
        String first = mode;
        if (first != null) {
            copyMode(first);
        }
    }

    private static byte[] script() {
        try (InputStream script =
                Objects.requireNonNull(GaleraServer.class.getResourceAsStream("galera-start.sh"), "no script")) {
            return script.readAllBytes();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public synchronized void start(boolean readOnly) {
        super.start(readOnly);
        mode = null;
    }

    @Override
    public synchronized void bootstrapAtNextStart() {
        mode = BOOTSTRAP;
        if (container().getContainerId() != null) {
            copyMode(BOOTSTRAP);
        }
    }

    @Override
    public synchronized String storedPosition() {
        String id = container().getContainerId();
        if (id == null) {
            return "";
        }
        copyMode(RECOVER);
        docker().startContainerCmd(id).exec();
        docker().waitContainerCmd(id).start().awaitStatusCode();
        List<String> positions = container()
                .getLogs()
                .lines()
                .filter(line -> line.startsWith(RECOVERED))
                .map(line -> line.substring(RECOVERED.length()).strip())
                .toList();
        return positions.isEmpty() ? "" : positions.get(positions.size() - 1);
    }

    private void copyMode(String mode) {
        container().copyFileToContainer(Transferable.of(mode), MODE);
    }
}
