package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.server.GroupServer;
import io.github.replicationrouting.test.internal.sql.GroupReplicationSql;
import io.github.replicationrouting.test.internal.sql.GroupState;
import java.sql.SQLException;
import java.util.List;

/**
 * The member of a MySQL replication group: it joins and leaves by statements, while its server runs.
 */
public final class GroupReplicationMember extends GroupMember {

    private static final int ATTEMPTS = 2;

    private final GroupReplicationSql sql;

    public GroupReplicationMember(
            String name,
            NodeSession session,
            NodeProcess process,
            GroupServer server,
            GroupReplicationSql sql,
            ClusterSettings settings,
            Group group) {
        super(name, session, process, server, sql, settings, group);
        this.sql = sql;
    }

    @Override
    public void initialize() {
        process().start(false);
        executeUnlogged(sql.createUsers(
                settings().application(),
                settings().monitor(),
                settings().replication(),
                settings().database()));
        session().execute(sql.prepare(settings().replication()));
    }

    @Override
    public void bootstrap() {
        run();
        session().execute(sql.leave());
        session().execute(sql.bootstrap());
        awaitServing();
    }

    @Override
    public void join() {
        requireGroup();
        run();
        process().accept();
        leave();
        if (isAheadOfOthers() || !tryToEnter()) {
            joinWithoutData();
        }
    }

    @Override
    public void joinWithoutData() {
        requireGroup();
        end();
        server().discardData();
        initialize();
        enter();
        process().accept();
    }

    private void run() {
        if (!process().isRunning()) {
            process().start(false);
            readOnly(true);
        }
    }

    /** Returns whether this server has transactions that its group, without it, does not have. */
    private boolean isAheadOfOthers() {
        List<GroupMember> others = group().servingBeside(this);
        return others.stream().noneMatch(other -> {
            String received = other.session().get(sql::receivedPosition);
            return session().get(admin -> sql.contains(admin, received, sql.position(admin)));
        });
    }

    // As a server whose configuration starts the group at its own start: read-only until it is a member.
    @Override
    public void start() {
        run();
        process().accept();
        if (group().canBeJoinedBy(this) && !isCut()) {
            enter();
        }
    }

    @Override
    public void startOutsideGroup() {
        process().start(false);
        process().accept();
    }

    @Override
    public void leave() {
        session().execute(sql.leave());
    }

    @Override
    public void enter() {
        await(() -> {
            GroupState state = state();
            if (state.failed()) {
                leave();
            } else {
                startReplicationIfOut(state);
            }
            return state.serving();
        });
    }

    /** Returns false where the server fails as a member, as one does that cannot apply what it receives. */
    private boolean tryToEnter() {
        for (int attempt = 0; attempt < ATTEMPTS && !isServing(); attempt++) {
            leave();
            await(() -> !group().lists(this));
            try {
                startReplication();
                await(() -> {
                    GroupState state = state();
                    return state.serving() || state.failed() || state.out();
                });
            } catch (SQLException refused) {
                // The next attempt may succeed.
            }
        }
        return isServing();
    }

    private void await(Await.Condition condition) {
        session().await(JOIN_TIMEOUT, "is a member of its group", condition);
    }

    // The group refuses a member that it has not yet expelled.
    private void startReplicationIfOut(GroupState state) throws SQLException {
        if (state.out() && !group().lists(this)) {
            startReplication();
        }
    }

    private void startReplication() throws SQLException {
        session().ask(admin -> {
            admin.execute(sql.join());
            return true;
        });
    }

    @Override
    public String restartPosition() {
        // A member that waits for a majority may not leave in time.
        if (!isOut()) {
            process().kill();
        }
        run();
        return position();
    }

    @Override
    public void endFaults() {
        try {
            GroupState state = state();
            if (state.serving()) {
                readOnly(!state.primary().isEmpty() && !state.primary().equals(name()));
            }
        } catch (SQLException ex) {
            throw new IllegalStateException("%s does not tell its state".formatted(name()), ex);
        }
    }

    @Override
    public void becomePrimary() {
        session().execute(session().get(sql::becomePrimary));
        session().await("is the primary of its group", () -> state().primary().equals(name()) && !isReadOnly());
    }
}
