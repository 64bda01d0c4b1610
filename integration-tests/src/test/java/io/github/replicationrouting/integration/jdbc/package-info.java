/** The connection layers keep plain JDBC's semantics, on real servers and with both drivers. */
@NullMarked
package io.github.replicationrouting.integration.jdbc;

import org.jspecify.annotations.NullMarked;
