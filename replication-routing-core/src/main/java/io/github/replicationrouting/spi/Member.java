package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/**
 * A server of which another one tells.
 *
 * @param serverId its {@link Observation#serverId()}, null where the teller does not know
 * @param host its host, as it wants to be addressed
 * @param port its port
 */
public record Member(@Nullable String serverId, String host, int port) {}
