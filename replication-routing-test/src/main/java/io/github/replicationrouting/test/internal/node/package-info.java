/**
 * One node of a cluster: its process, its replication and the administrator's session.
 */
@NullMarked
package io.github.replicationrouting.test.internal.node;

import org.jspecify.annotations.NullMarked;
