package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model of replicating servers: the actions of an operator, the answers to a monitor, and the transactions of each.
 * The first one is the primary at the beginning. Not thread-safe.
 */
final class SimulatedServers {

    static final int NO_SOURCE = -1;

    /** A server that is no node of the topology. */
    static final int OUTSIDE = -2;

    private static final Map<String, GtidSet> PARSED = new HashMap<>();

    /** The mutable state of one server, copied with the world. */
    static final class Server implements Cloneable {

        boolean up = true;
        boolean frozen;
        boolean readOnly;
        /** The value of {@code read_only} after a restart; null to keep the value from before. */
        @Nullable
        Boolean readOnlyInConfiguration;

        int source = NO_SOURCE;
        boolean receiverRuns;
        long startedAt = -Duration.ofDays(1).toNanos();
        /** How many transactions of each server it has. */
        int[] has;

        /** When an operator last promoted the node: the ground truth, which no monitor sees. */
        long promotedAt = Long.MIN_VALUE;

        Server(int servers) {
            has = new int[servers];
        }

        boolean answers() {
            return up && !frozen;
        }

        boolean isWritable() {
            return answers() && !readOnly;
        }

        Server copy() {
            try {
                Server copy = (Server) clone();
                copy.has = has.clone();
                return copy;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    final Server[] servers;

    /** Whether the monitors may see replication. */
    final boolean granted;

    SimulatedServers(int size, boolean readOnlyReplicas, boolean persistsReadOnly, boolean granted) {
        this.granted = granted;
        servers = new Server[size];
        for (int i = 0; i < size; i++) {
            servers[i] = new Server(size);
            servers[i].has[0] = 1;
            servers[i].readOnlyInConfiguration = persistsReadOnly ? null : false;
            if (i > 0) {
                servers[i].source = 0;
                servers[i].receiverRuns = true;
                servers[i].readOnly = readOnlyReplicas;
            }
        }
    }

    private SimulatedServers(SimulatedServers other) {
        granted = other.granted;
        servers = Arrays.stream(other.servers).map(Server::copy).toArray(Server[]::new);
    }

    SimulatedServers copy() {
        return new SimulatedServers(this);
    }

    // --- actions

    void kill(int i) {
        servers[i].up = false;
        servers[i].frozen = false;
    }

    void start(int i, long now) {
        Server server = servers[i];
        server.up = true;
        server.startedAt = now;
        if (!server.receiverRuns && server.source != NO_SOURCE) {
            follow(i, server.source, now);
        }
        if (server.readOnlyInConfiguration != null) {
            server.readOnly = server.readOnlyInConfiguration;
        }
    }

    void makeWritable(int i, long now) {
        if (servers[i].readOnly) {
            servers[i].promotedAt = now;
        }
        servers[i].readOnly = false;
    }

    void makeReadOnly(int i) {
        servers[i].readOnly = true;
    }

    void stopReplica(int i) {
        servers[i].receiverRuns = false;
    }

    void resetReplica(int i, long now) {
        if (servers[i].source != NO_SOURCE) {
            servers[i].promotedAt = now;
        }
        servers[i].source = NO_SOURCE;
        servers[i].receiverRuns = false;
    }

    void follow(int i, int source, long now) {
        servers[i].source = source;
        servers[i].receiverRuns = true;
        int upstream = source;
        for (int steps = 0; steps < servers.length && upstream >= 0; steps++) {
            servers[upstream].promotedAt = now;
            upstream = servers[upstream].receiverRuns ? servers[upstream].source : NO_SOURCE;
        }
    }

    /** Returns whether a server has another as its source, directly or through others. */
    boolean follows(int replica, int source) {
        int upstream = replica;
        for (int steps = 0; steps < servers.length && upstream >= 0; steps++) {
            upstream = servers[upstream].source;
            if (upstream == source) {
                return true;
            }
        }
        return false;
    }

    /** Commits one transaction, and returns whether the server could. */
    boolean write(int i) {
        if (!servers[i].isWritable()) {
            return false;
        }
        servers[i].has[i]++;
        return true;
    }

    /** Copies the transactions of the sources to their connected replicas. */
    void replicate() {
        for (int round = 0; round < servers.length; round++) {
            for (Server replica : servers) {
                if (isConnected(replica)) {
                    int[] from = servers[replica.source].has;
                    for (int origin = 0; origin < from.length; origin++) {
                        replica.has[origin] = Math.max(replica.has[origin], from[origin]);
                    }
                }
            }
        }
    }

    private boolean isConnected(Server replica) {
        return replica.answers() && replica.receiverRuns && replica.source >= 0 && servers[replica.source].answers();
    }

    // --- answers

    static String id(int server) {
        return "3e11fa47-71ca-11e1-9e33-00000000000" + server;
    }

    Observation observe(int i) {
        Server server = servers[i];
        String text = IntStream.range(0, server.has.length)
                .filter(origin -> server.has[origin] > 0)
                .mapToObj(origin -> id(origin) + ":1-" + server.has[origin])
                .collect(Collectors.joining(","));
        GtidSet executed = PARSED.computeIfAbsent(text, GtidSet::parse);
        return new Observation("MySQL 9.7.4", id(i), server.readOnly, false, executed, executed);
    }

    Replication replication(int i) {
        Server server = servers[i];
        if (!granted) {
            return new Replication.NotPermitted("GRANT REPLICATION CLIENT ON *.* TO 'm'@'%'");
        }
        if (server.source == NO_SOURCE) {
            return new Replication.Channels(List.of());
        }
        Receiver receiver = !server.receiverRuns
                ? Receiver.OFF
                : server.source == OUTSIDE || isConnected(server) ? Receiver.ON : Receiver.CONNECTING;
        String id = server.source == OUTSIDE ? "an-id-of-no-node" : id(server.source);
        return new Replication.Channels(List.of(new ReplicationChannel(
                "",
                "host" + server.source,
                3306,
                id,
                null,
                receiver,
                server.receiverRuns,
                Duration.ZERO,
                Duration.ZERO,
                0)));
    }

    @Override
    public String toString() {
        return IntStream.range(0, servers.length)
                .mapToObj(i -> {
                    Server server = servers[i];
                    return "db" + (i + 1) + "["
                            + (server.up ? server.frozen ? "frozen " : "" : "down ")
                            + (server.readOnly ? "ro" : "rw")
                            + (server.source == NO_SOURCE
                                    ? ""
                                    : " from db" + (server.source + 1) + (server.receiverRuns ? "" : " stopped"))
                            + " " + Arrays.toString(server.has) + "]";
                })
                .collect(Collectors.joining(" "));
    }
}
