/**
 * What lies between the application and a server: relays and ports.
 */
@NullMarked
package io.github.replicationrouting.test.internal.network;

import org.jspecify.annotations.NullMarked;
