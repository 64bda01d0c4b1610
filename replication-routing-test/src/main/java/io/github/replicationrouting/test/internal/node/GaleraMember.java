package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.server.GroupServer;
import io.github.replicationrouting.test.internal.sql.GaleraSql;

/**
 * The member of a Galera cluster: it joins when its server starts, and leaves when it ends.
 */
public final class GaleraMember extends GroupMember {

    private final GaleraSql sql;

    public GaleraMember(
            String name,
            NodeSession session,
            NodeProcess process,
            GroupServer server,
            GaleraSql sql,
            ClusterSettings settings,
            Group group) {
        super(name, session, process, server, sql, settings, group);
        this.sql = sql;
    }

    // The first member makes the data, and the others get it.
    @Override
    public void initialize() {}

    @Override
    public void bootstrap() {
        process().kill();
        server().bootstrapAtNextStart();
        process().start(false);
        awaitServing();
    }

    @Override
    public void join() {
        requireGroup();
        process().kill();
        process().start(false);
        process().accept();
        awaitServing();
    }

    @Override
    public void start() {
        if (group().canBeJoinedBy(this) && !isCut()) {
            join();
        } else {
            process().launch(false);
            process().accept();
        }
    }

    @Override
    public String restartPosition() {
        process().kill();
        return server().storedPosition();
    }

    @Override
    public void endFaults() {
        rejectQueries(false);
        desync(false);
        readOnly(false);
    }

    @Override
    public void desync(boolean desync) {
        session().execute(sql.desync(desync));
    }

    @Override
    public void rejectQueries(boolean reject) {
        session().execute(sql.rejectQueries(reject));
    }
}
