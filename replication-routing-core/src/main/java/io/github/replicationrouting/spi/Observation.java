package io.github.replicationrouting.spi;

import io.github.replicationrouting.position.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a server to one probe.
 *
 * @param server product and version, for example {@code MySQL 9.7.4}
 * @param serverId id that distinguishes this server from every other of its topology: a UUID, or MariaDB's server id
 * @param readOnly whether it refuses writes
 * @param offline whether it refuses all ordinary accounts
 * @param written its position as a source, null where it has none to compare, or none without a further statement
 * @param executed its position as a replica, null where it has none to compare
 * @param history all transactions that it has, by the server that wrote them, so that diverged servers can be
 *     distinguished; null where that is not known
 * @param semiSynchronous whether its commits wait for a replica; null where this was not queried, or the server has no
 *     such feature
 * @param uptime how long its process has run, in whole seconds, up to one second too many; null on a connection that
 *     was open at the last probe already, so that the server has not restarted since. Zero where the server does not
 *     know it
 * @param sent what its replicas may show by now: {@code written}, and what is being committed, because a server sends a
 *     transaction before it has committed it; null where that is not known
 * @param group what it reports of its group; null where it is in none
 */
public record Observation(
        String server,
        String serverId,
        boolean readOnly,
        boolean offline,
        @Nullable Position written,
        @Nullable Position executed,
        @Nullable Position history,
        @Nullable Boolean semiSynchronous,
        @Nullable Duration uptime,
        @Nullable Position sent,
        @Nullable GroupMembership group) {

    /** Creates what the first statement shows of a server whose executed position is all that it has. */
    public Observation(
            String server,
            String serverId,
            boolean readOnly,
            boolean offline,
            @Nullable Position written,
            @Nullable Position executed) {
        this(server, serverId, readOnly, offline, written, executed, executed);
    }

    /** Creates what the first statement shows. */
    public Observation(
            String server,
            String serverId,
            boolean readOnly,
            boolean offline,
            @Nullable Position written,
            @Nullable Position executed,
            @Nullable Position history) {
        this(server, serverId, readOnly, offline, written, executed, history, null, null, written, null);
    }

    /** Returns the same with a position that a further statement showed. */
    public Observation withWritten(@Nullable Position position) {
        return new Observation(
                server,
                serverId,
                readOnly,
                offline,
                position,
                executed,
                history,
                semiSynchronous,
                uptime,
                position,
                group);
    }

    /** Returns the same with whether commits wait for a replica. */
    public Observation withSemiSynchronous(@Nullable Boolean waits) {
        return new Observation(
                server, serverId, readOnly, offline, written, executed, history, waits, uptime, sent, group);
    }

    /** Returns the same as the answer over a new connection. */
    public Observation withUptime(Duration running) {
        return new Observation(
                server, serverId, readOnly, offline, written, executed, history, semiSynchronous, running, sent, group);
    }

    /** Returns the same with what the server is committing now; null where that is not known. */
    public Observation withCommitting(@Nullable Position committing) {
        Position all = written == null || committing == null ? null : written.union(committing);
        return new Observation(
                server, serverId, readOnly, offline, written, executed, history, semiSynchronous, uptime, all, group);
    }

    /** Returns the same with what it reports of its group, and the position that counts there. */
    public Observation withGroup(GroupMembership membership, @Nullable Position position) {
        return position == null
                ? new Observation(
                        server,
                        serverId,
                        readOnly,
                        offline,
                        written,
                        executed,
                        history,
                        semiSynchronous,
                        uptime,
                        sent,
                        membership)
                : new Observation(
                        server,
                        serverId,
                        readOnly,
                        offline,
                        position,
                        position,
                        position,
                        semiSynchronous,
                        uptime,
                        position,
                        membership);
    }

    /**
     * Returns the same with the id and the position that count in its cluster instead of its own.
     *
     * @param id what distinguishes it from the other members
     * @param position null where it does not know it, and then no other position of the server holds
     * @param shown what its reads may have shown by now, at least {@code position}; null where it does not know it
     */
    public Observation asMember(String id, @Nullable Position position, @Nullable Position shown) {
        return new Observation(
                server, id, readOnly, offline, position, position, position, semiSynchronous, uptime, shown, group);
    }

    /** Returns whether it takes writes. */
    public boolean writable() {
        return !readOnly && !offline;
    }
}
