package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.server.GroupServer;
import io.github.replicationrouting.test.internal.sql.GroupSql;
import io.github.replicationrouting.test.internal.sql.GroupState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * One node as the member of a group: how it enters and leaves it, and what it sees of it. Changes are guarded by the
 * node.
 */
public abstract class GroupMember implements Membership {

    /** Includes a transfer of all data. */
    static final Duration JOIN_TIMEOUT = Duration.ofMinutes(2);

    private final String name;

    private final NodeSession session;

    private final NodeProcess process;

    private final GroupServer server;

    private final GroupSql sql;

    private final ClusterSettings settings;

    private final Group group;

    private boolean cut;

    GroupMember(
            String name,
            NodeSession session,
            NodeProcess process,
            GroupServer server,
            GroupSql sql,
            ClusterSettings settings,
            Group group) {
        this.name = name;
        this.session = session;
        this.process = process;
        this.server = server;
        this.sql = sql;
        this.settings = settings;
        this.group = group;
        group.add(this);
    }

    final NodeSession session() {
        return session;
    }

    final NodeProcess process() {
        return process;
    }

    final GroupServer server() {
        return server;
    }

    final ClusterSettings settings() {
        return settings;
    }

    final Group group() {
        return group;
    }

    /** Returns the name of the node. */
    public final String name() {
        return name;
    }

    @Override
    public final NodeReplication replication() {
        throw unsupported("its servers replicate as a group, without sources, receivers and appliers to control");
    }

    @Override
    public final GroupMember member() {
        return this;
    }

    final IllegalStateException unsupported(String reason) {
        return settings.unsupported(name, reason);
    }

    // Life

    /** Makes the server, whether it runs or not, the first member of a new group, with the data that it has. */
    public abstract void bootstrap();

    /** Starts the server if necessary and makes it a member of the existing group, whatever it was before. */
    public abstract void join();

    /**
     * Returns the position of a server that takes no part in a group, to compare it with others; may start the server.
     */
    public abstract String restartPosition();

    /** Ends the server, removes its data, and lets it join with none. */
    public void joinWithoutData() {
        requireGroup();
        end();
        server.discardData();
        join();
    }

    /** Protects the data of a server that has no group to get them from. */
    final void requireGroup() {
        if (!group.canBeJoinedBy(this)) {
            throw new IllegalStateException("%s cannot join its group: no other member serves".formatted(name));
        }
    }

    /** Ends the server, so that the others need not wait for it. */
    final void end() {
        if (process.answers()) {
            process.shutDown();
        } else {
            process.kill();
        }
    }

    final void awaitServing() {
        session.await(JOIN_TIMEOUT, "is a member of its group", () -> state().serving());
    }

    // Faults

    /** Drops the packets between this server and the others. */
    public final void cutFromGroup() {
        server.cutFromPeers();
        cut = true;
    }

    public final void reconnectToGroup() {
        server.reconnectToPeers();
        cut = false;
    }

    /** Returns whether the member is cut from the others. */
    public final boolean isCut() {
        return cut;
    }

    /** Leaves the group and lets the server run. */
    public void leave() {
        throw unsupported("a server leaves that group when it ends");
    }

    /** Ends {@link #leave()}. */
    public void enter() {
        throw unsupported("a server joins that group when it starts");
    }

    /** Starts a server that does not run, and does not let it join. */
    public void startOutsideGroup() {
        throw unsupported("a server joins that group when it starts");
    }

    public void desync(boolean desync) {
        throw unsupported("only a member of a Galera cluster can be desynced");
    }

    public void rejectQueries(boolean reject) {
        throw unsupported("only a member of a Galera cluster can reject queries");
    }

    /** Makes this member the one that its group lets write. */
    public void becomePrimary() {
        throw unsupported("each of its members is a primary");
    }

    // State

    /** Returns the group as this member sees it, for conditions that are awaited. */
    public final GroupState state() throws SQLException {
        return session.ask(sql::state);
    }

    /** Returns whether the server answers and serves as a member of a group with a majority. */
    public final boolean isServing() {
        if (!process.answers()) {
            return false;
        }
        try {
            return state().serving();
        } catch (SQLException ex) {
            return false;
        }
    }

    /** Executes a statement, unless that takes too long. */
    public final void write(String statement, Duration timeout) throws SQLException {
        try (Connection connection = session.connect();
                Statement statements = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
            statements.execute(statement);
        }
    }

    /** Returns whether the server answers, and takes no part in a group. */
    public final boolean isOut() {
        if (!process.answers()) {
            return false;
        }
        try {
            return state().out();
        } catch (SQLException ex) {
            return false;
        }
    }

    @Override
    public final void executeUnlogged(List<String> statements) {
        session.executeUnlogged(statements, reportsReadOnly());
    }

    @Override
    public final void readOnly(boolean readOnly) {
        session.execute(sql.readOnly(readOnly));
    }

    @Override
    public final boolean isReadOnly() throws SQLException {
        return !session.value("SELECT @@GLOBAL.read_only").equals("0");
    }

    @Override
    public final boolean reportsReadOnly() {
        return session.get(admin -> isReadOnly());
    }

    @Override
    public final String position() {
        return session.get(sql::position);
    }

    @Override
    public final boolean hasExecuted(String position) throws SQLException {
        return session.ask(admin -> sql.contains(admin, sql.position(admin), position));
    }

    /** Returns whether one position contains another one, and not the reverse. */
    public final boolean isBeyond(String own, String others) {
        return session.get(admin -> sql.contains(admin, own, others) && !sql.contains(admin, others, own));
    }

    @Override
    public final boolean contains(String position) {
        return session.get(admin -> hasExecuted(position));
    }

    @Override
    public final void onOpen() {}

    @Override
    public final String describe() throws SQLException {
        return "%s, position %s, %s%s"
                .formatted(
                        isReadOnly() ? "REPLICA" : "PRIMARY",
                        session.ask(sql::position),
                        state(),
                        cut ? ", cut from its group" : "");
    }

    @Override
    public final String toString() {
        return name;
    }
}
