package io.github.replicationrouting.dialect;

import io.github.replicationrouting.position.Position;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a server showed.
 *
 * @param server product and version, for example {@code MySQL 9.7.4}
 * @param serverId what tells this server from every other of its topology: a UUID, or MariaDB's server id
 * @param readOnly whether it refuses writes
 * @param offline whether it refuses ordinary users altogether
 * @param written its position as a source, null where it has none to compare, or none that is free to see
 * @param executed its position as a replica, null where it has none to compare
 * @param semiSynchronous whether its commits wait for a replica; null where it was not asked, or knows no such thing
 */
public record Observation(
        String server,
        String serverId,
        boolean readOnly,
        boolean offline,
        @Nullable Position written,
        @Nullable Position executed,
        @Nullable Boolean semiSynchronous) {

    /** What the first statement shows. */
    public Observation(
            String server,
            String serverId,
            boolean readOnly,
            boolean offline,
            @Nullable Position written,
            @Nullable Position executed) {
        this(server, serverId, readOnly, offline, written, executed, null);
    }

    /** The same, with a position that had to be asked for apart. */
    public Observation withWritten(@Nullable Position position) {
        return new Observation(server, serverId, readOnly, offline, position, executed, semiSynchronous);
    }

    /** The same, with what had to be asked for apart. */
    public Observation withSemiSynchronous(@Nullable Boolean waits) {
        return new Observation(server, serverId, readOnly, offline, written, executed, waits);
    }

    /** Whether it takes writes. */
    public boolean writable() {
        return !readOnly && !offline;
    }
}
