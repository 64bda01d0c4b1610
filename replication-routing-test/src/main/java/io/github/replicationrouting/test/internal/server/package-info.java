/**
 * The processes of the database servers.
 */
@NullMarked
package io.github.replicationrouting.test.internal.server;

import org.jspecify.annotations.NullMarked;
