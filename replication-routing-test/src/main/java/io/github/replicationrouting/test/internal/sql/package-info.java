/**
 * The statements that control and observe replication.
 */
@NullMarked
package io.github.replicationrouting.test.internal.sql;

import org.jspecify.annotations.NullMarked;
