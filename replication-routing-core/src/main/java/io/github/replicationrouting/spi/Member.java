package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/**
 * A server that another one reports.
 *
 * @param serverId its {@link Observation#serverId()}, null where the other one does not know it
 * @param host its host, as it is to be addressed
 * @param port its port
 */
public record Member(@Nullable String serverId, String host, int port) {}
