package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/**
 * Server that another server reports.
 *
 * @param serverId its {@link Observation#serverId()}, null where the other one does not know it
 * @param host its host, under which clients reach it
 * @param port its port
 */
public record Member(@Nullable String serverId, String host, int port) {}
