package io.github.replicationrouting.test.internal.server;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.docker.ServerImage;
import java.net.InetSocketAddress;
import java.time.Duration;
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
 * One server in a Docker container.
 */
abstract class DockerServer implements GroupServer {

    static final int PORT = 3306;

    private static final int LOG_LINES = 30;

    private static final Duration FREEZE_TIMEOUT = Duration.ofSeconds(30);

    private final ServerImage image;

    private final String name;

    private final GenericContainer<?> container;

    private final @Nullable PeerNetwork peers;

    private final int id;

    private volatile @Nullable InetSocketAddress address;

    private boolean frozen;

    private boolean cut;

    /**
     * @param network the network by which the application reaches the server
     * @param peers the network of the members of a group, null if the servers reach each other by the application's
     */
    DockerServer(ServerImage image, Network network, @Nullable PeerNetwork peers, String name, int id) {
        this.image = image;
        this.name = name;
        this.peers = peers;
        this.id = id;
        this.container = new ServerContainer();
        container
                .withNetwork(network)
                .withExposedPorts(PORT)
                .waitingFor(new NoWait())
                .withCreateContainerCmdModifier(create -> {
                    if (isLocal()) {
                        Objects.requireNonNull(create.getHostConfig())
                                .withPortBindings(new PortBinding(Binding.bindIp("127.0.0.1"), ExposedPort.tcp(PORT)));
                    }
                });
        if (peers == null) {
            container.withNetworkAliases(name);
        }
    }

    /** Returns the container, to configure it before its first start. */
    final GenericContainer<?> container() {
        return container;
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
                            .formatted(image.imageName(), image.property()),
                    ex);
        }
    }

    @Override
    public synchronized void kill() {
        end("KILL");
    }

    @Override
    public synchronized void shutDown() {
        end("TERM");
    }

    private void end(String signal) {
        if (isRunning()) {
            signal(signal);
            docker().waitContainerCmd(container.getContainerId()).start().awaitStatusCode();
            frozen = false;
        }
    }

    @Override
    public synchronized void discardData() {
        container.stop();
    }

    /** Completes a container before its first start. */
    void created(String containerId) {
        if (peers != null && !cut) {
            peers.connect(containerId, name, id);
        }
    }

    // The container keeps the network of the application. To remove an interface drops packets and resets nothing.
    @Override
    public synchronized void cutFromPeers() {
        if (peers != null && !cut) {
            if (container.getContainerId() != null) {
                peers.disconnect(container.getContainerId());
            }
            cut = true;
        }
    }

    @Override
    public synchronized void reconnectToPeers() {
        if (peers != null && cut) {
            if (container.getContainerId() != null) {
                peers.connect(container.getContainerId(), name, id);
            }
            cut = false;
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

    static DockerClient docker() {
        return DockerClientFactory.lazyClient();
    }

    private final class ServerContainer extends GenericContainer<ServerContainer> {

        private ServerContainer() {
            super(DockerImageName.parse(image.imageName()));
        }

        @Override
        protected void containerIsCreated(String containerId) {
            created(containerId);
        }
    }

    /** Does not wait: the node waits until the server answers, at every start. */
    private static final class NoWait extends AbstractWaitStrategy {

        @Override
        protected void waitUntilReady() {}
    }
}
