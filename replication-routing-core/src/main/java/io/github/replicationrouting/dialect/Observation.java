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
 * @param written its position as a source, null where it has none to compare
 * @param executed its position as a replica, null where it has none to compare
 */
public record Observation(
        String server,
        String serverId,
        boolean readOnly,
        boolean offline,
        @Nullable Position written,
        @Nullable Position executed) {

    /** Whether it takes writes. */
    public boolean writable() {
        return !readOnly && !offline;
    }
}
