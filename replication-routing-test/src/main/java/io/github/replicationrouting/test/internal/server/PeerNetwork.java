package io.github.replicationrouting.test.internal.server;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network.Ipam;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;

/**
 * The network by which the members of a group reach each other, apart from the one by which the application reaches
 * them. Each member keeps its address, whatever happens to its container.
 */
public final class PeerNetwork implements AutoCloseable {

    private static final int ATTEMPTS = 10;

    private final Network network;

    private final String subnet;

    private PeerNetwork(Network network, String subnet) {
        this.network = network;
        this.subnet = subnet;
    }

    // Docker assigns fixed addresses only in a subnet that is given, but it knows best which one is free.
    public static PeerNetwork create() {
        DockerException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String subnet;
            try (Network free = internal(null)) {
                subnet = docker().inspectNetworkCmd()
                        .withNetworkId(free.getId())
                        .exec()
                        .getIpam()
                        .getConfig()
                        .get(0)
                        .getSubnet();
            }
            Network network = internal(subnet);
            try {
                network.getId();
                return new PeerNetwork(network, subnet);
            } catch (DockerException ex) {
                // Another cluster has taken it meanwhile.
                last = ex;
            }
        }
        throw new IllegalStateException("Docker has no free network", last);
    }

    // Internal: Docker publishes the container's port on the other network, which stays when this one goes.
    private static Network internal(@Nullable String subnet) {
        return Network.builder()
                .createNetworkCmdModifier(create -> {
                    create.withInternal(true);
                    if (subnet != null) {
                        create.withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(subnet)));
                    }
                })
                .build();
    }

    /** Returns the address of a member, by its number from one on. */
    String address(int id) {
        String base = subnet.substring(0, subnet.indexOf('/'));
        int dot = base.lastIndexOf('.');
        // The first one is Docker's own.
        return base.substring(0, dot + 1) + (Integer.parseInt(base.substring(dot + 1)) + 1 + id);
    }

    void connect(String container, String name, int id) {
        docker().connectToNetworkCmd()
                .withContainerId(container)
                .withNetworkId(network.getId())
                .withContainerNetwork(new ContainerNetwork()
                        .withAliases(name)
                        .withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(address(id))))
                .exec();
    }

    void disconnect(String container) {
        docker().disconnectFromNetworkCmd()
                .withContainerId(container)
                .withNetworkId(network.getId())
                .exec();
    }

    @Override
    public void close() {
        network.close();
    }

    private static DockerClient docker() {
        return DockerClientFactory.lazyClient();
    }
}
