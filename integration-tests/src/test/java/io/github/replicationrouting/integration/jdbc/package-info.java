/** Proof that the connection layers keep plain JDBC's meaning, on real servers and with both drivers. */
@NullMarked
package io.github.replicationrouting.integration.jdbc;

import org.jspecify.annotations.NullMarked;
