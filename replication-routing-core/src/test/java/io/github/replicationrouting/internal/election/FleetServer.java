package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.position.MariaDbGtidState;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One server of a {@link Fleet}, named {@code db} and a number, with what was seen of it. */
final class FleetServer {

    private static final String UUID_START = "00000000-0000-0000-0000-00000000000";

    final String name;
    private final boolean mariaDb;
    private String id;
    private DeclaredRole declared = DeclaredRole.AUTO;
    private NodeKind kind = NodeKind.SERVER;
    private boolean alive = true;
    private boolean connected;
    private boolean readOnly;
    private boolean offline;
    private boolean denied;
    private boolean replicationIsCurrent = true;
    private boolean replicationIsUnknown;
    private long startedAt;
    private long clock;
    private final List<ReplicationChannel> channels = new ArrayList<>();
    private @Nullable Position written;
    private @Nullable Position executed;
    private @Nullable Position history;

    private @Nullable Answer seen;
    private RoleHistory roles = RoleHistory.NONE;

    FleetServer(String name, boolean mariaDb, long now) {
        this.name = name;
        this.mariaDb = mariaDb;
        this.id = id(name);
        this.clock = now;
        this.startedAt = now - Duration.ofDays(1).toNanos();
        if (mariaDb) {
            has("0-1-10");
        } else {
            has("db1:1-10");
        }
    }

    private String id(String server) {
        return mariaDb ? server.substring(2) : UUID_START + server.substring(2);
    }

    // --- declaration

    FleetServer declared(DeclaredRole role) {
        declared = role;
        return this;
    }

    FleetServer endpoint(DeclaredRole role) {
        kind = NodeKind.ENDPOINT;
        return declared(role);
    }

    // --- state

    FleetServer readOnly() {
        readOnly = true;
        return this;
    }

    FleetServer writable() {
        readOnly = false;
        offline = false;
        return this;
    }

    FleetServer offline() {
        offline = true;
        return this;
    }

    /** Makes it a read-only replica that is connected to its only source. */
    FleetServer follows(FleetServer source) {
        channels.clear();
        return readOnly().channel(source, Receiver.ON);
    }

    /** Adds a source, and leaves the rest as it is. */
    FleetServer channel(FleetServer source, Receiver receiver) {
        return channel(source.name, source.id, receiver);
    }

    /** Adds a source that is no server of the fleet, or that was never reached. */
    FleetServer channel(String host, @Nullable String sourceId, Receiver receiver) {
        channels.add(new ReplicationChannel(
                "", host, 3306, sourceId, null, receiver, true, Duration.ZERO, Duration.ZERO, 0));
        return this;
    }

    /** Changes the state of all its receivers. */
    FleetServer receiver(Receiver receiver) {
        channels.replaceAll(channel -> new ReplicationChannel(
                channel.name(),
                channel.host(),
                channel.port(),
                channel.sourceId(),
                null,
                receiver,
                true,
                channel.behind(),
                channel.delay(),
                0));
        return this;
    }

    /** Removes its sources, as {@code RESET REPLICA ALL} does. */
    FleetServer resetReplica() {
        channels.clear();
        return this;
    }

    /** Hides its replication from the monitor's account. */
    FleetServer denied() {
        denied = true;
        return this;
    }

    FleetServer granted() {
        denied = false;
        return this;
    }

    /** Makes the next answers omit the replication; the last known state of it remains. */
    FleetServer omitsReplication() {
        replicationIsCurrent = false;
        return this;
    }

    /** Makes all answers omit the replication, so that it is never known. */
    FleetServer neverShowsReplication() {
        replicationIsUnknown = true;
        return this;
    }

    FleetServer goesDown() {
        alive = false;
        connected = false;
        return this;
    }

    FleetServer recovers() {
        alive = true;
        return this;
    }

    /** Restarts its process. The test then sets what the configuration file says. */
    FleetServer restarts() {
        startedAt = clock;
        connected = false;
        return recovers();
    }

    /** Replaces the server behind its name by another one. */
    FleetServer replacedBy(String server) {
        id = id(server);
        return restarts();
    }

    /** Sets its transactions: {@code db1:1-10,db2:1-3} of MySQL, {@code gtid_binlog_state} of MariaDB. */
    FleetServer has(String transactions) {
        if (mariaDb) {
            MariaDbGtidPosition position = MariaDbGtidPosition.parse(
                    transactions.contains(",")
                            ? transactions.substring(transactions.lastIndexOf(',') + 1)
                            : transactions);
            return hasOfMariaDb(transactions, position.toString(), position.toString());
        }
        GtidSet set = GtidSet.parse(transactions.replace("db", UUID_START));
        return has(set, set, set);
    }

    /** Sets the values of the three variables of MariaDB. */
    FleetServer hasOfMariaDb(String binlogState, String binlogPosition, String slavePosition) {
        MariaDbGtidPosition replicated = MariaDbGtidPosition.parse(slavePosition);
        return has(
                MariaDbGtidPosition.parse(binlogPosition), replicated, MariaDbGtidState.parse(binlogState, replicated));
    }

    FleetServer hasNoGtids() {
        return has(null, null, null);
    }

    private FleetServer has(@Nullable Position nowWritten, @Nullable Position nowExecuted, @Nullable Position all) {
        written = nowWritten;
        executed = nowExecuted;
        history = all;
        return this;
    }

    // --- answers

    void answer(long sentAt, long arrivedAt) {
        clock = arrivedAt;
        if (!alive) {
            return;
        }
        Observation observation = new Observation(
                mariaDb ? "MariaDB 11.4.5" : "MySQL 9.7.4", id, readOnly, offline, written, executed, history);
        if (!connected) {
            connected = true;
            observation = observation.withUptime(
                    Duration.ofNanos(arrivedAt - startedAt).truncatedTo(ChronoUnit.SECONDS));
        }
        Replication replication = replicationIsUnknown ? new Replication.NotAsked() : replication();
        Answer now = new Answer(
                sentAt, arrivedAt, observation, replication, denied || (replicationIsCurrent && !replicationIsUnknown));
        roles = roles.after(seen, now);
        seen = now;
    }

    private Replication replication() {
        return seen != null && !replicationIsCurrent
                ? seen.replication()
                : denied ? new Replication.NotPermitted("GRANT X") : new Replication.Channels(channels);
    }

    void forget() {
        seen = null;
        roles = RoleHistory.NONE;
        connected = false;
    }

    NodeView view() {
        NodeSpec spec = new NodeSpec(name, "jdbc:mysql://" + name + "/", declared, kind, 1, null);
        return new NodeView(spec, alive && seen != null, seen, roles, alive ? null : "is down (no answer)");
    }
}
