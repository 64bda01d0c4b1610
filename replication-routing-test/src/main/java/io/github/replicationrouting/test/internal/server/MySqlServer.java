package io.github.replicationrouting.test.internal.server;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.docker.MySqlImage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * One MySQL server in a Docker container.
 */
public final class MySqlServer implements Server {

    private static final int PORT = 3306;

    private static final int LOG_LINES = 30;

    private static final Duration FREEZE_TIMEOUT = Duration.ofSeconds(30);

    private final String image;

    private final String name;

    private final GenericContainer<?> container;

    private volatile @Nullable InetSocketAddress address;

    private boolean frozen;

    public MySqlServer(
            String image,
            Network network,
            String name,
            int id,
            String rootPassword,
            boolean gtids,
            List<String> arguments) {
        this.image = image;
        this.name = name;
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
        this.container = new GenericContainer<>(DockerImageName.parse(image))
                .withNetwork(network)
                .withNetworkAliases(name)
                .withExposedPorts(PORT)
                .withEnv("MYSQL_ROOT_PASSWORD", rootPassword)
                .withCommand(command.toArray(String[]::new))
                .waitingFor(new NoWait());
        if (isLocal()) {
            container.withCreateContainerCmdModifier(create -> Objects.requireNonNull(create.getHostConfig())
                    .withPortBindings(new PortBinding(Binding.bindIp("127.0.0.1"), ExposedPort.tcp(PORT))));
        }
    }

    private static boolean isLocal() {
        return "localhost".equals(DockerClientFactory.instance().dockerHostIpAddress());
    }

    // The role persists in the data directory.
    @Override
    public synchronized void start(boolean readOnly) {
        if (container.getContainerId() == null) {
            create();
        } else {
            docker().startContainerCmd(container.getContainerId()).exec();
        }
        InspectContainerResponse state =
                docker().inspectContainerCmd(container.getContainerId()).exec();
        Binding[] bindings = Objects.requireNonNull(
                state.getNetworkSettings().getPorts().getBindings().get(ExposedPort.tcp(PORT)),
                "the container publishes no port");
        address = InetSocketAddress.createUnresolved(
                container.getHost(), Integer.parseInt(bindings[0].getHostPortSpec()));
    }

    private void create() {
        try {
            container.start();
        } catch (ContainerFetchException ex) {
            // Reading the image's name from the container would pull it again.
            throw new IllegalStateException(
                    "Cannot pull the image %s; the system property %s names another"
                            .formatted(image, MySqlImage.PROPERTY),
                    ex);
        }
    }

    @Override
    public synchronized void kill() {
        if (isRunning()) {
            docker().killContainerCmd(container.getContainerId()).exec();
            docker().waitContainerCmd(container.getContainerId()).start().awaitStatusCode();
            frozen = false;
        }
    }

    @Override
    public synchronized void freeze() {
        signal("STOP");
        Await.until(FREEZE_TIMEOUT, name + " is frozen", this::log, this::isStopped);
        frozen = true;
    }

    @Override
    public synchronized void thaw() {
        signal("CONT");
        frozen = false;
    }

    /** Sends a signal to the server: Docker's own pause fails where a busy kernel does not stop all threads in time. */
    private void signal(String signal) {
        docker().killContainerCmd(container.getContainerId()).withSignal(signal).exec();
    }

    private boolean isStopped() {
        String[][] processes = Objects.requireNonNull(docker().topContainerCmd(container.getContainerId())
                .withPsArgs("-o pid,stat")
                .exec()
                .getProcesses());
        return Arrays.stream(processes).allMatch(process -> process[1].startsWith("T"));
    }

    @Override
    public boolean isRunning() {
        return container.isRunning();
    }

    @Override
    public InetSocketAddress address() {
        InetSocketAddress known = address;
        if (known == null) {
            throw new IllegalStateException("The server was never started");
        }
        return known;
    }

    @Override
    public InetSocketAddress peerAddress() {
        return InetSocketAddress.createUnresolved(name, PORT);
    }

    @Override
    public String log() {
        List<String> lines = container.getLogs().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    @Override
    public synchronized void close() {
        if (frozen) {
            thaw();
        }
        container.stop();
    }

    private static DockerClient docker() {
        return DockerClientFactory.lazyClient();
    }

    /** Does not wait: the node waits until the server answers, at every start. */
    private static final class NoWait extends AbstractWaitStrategy {

        @Override
        protected void waitUntilReady() {}
    }
}
