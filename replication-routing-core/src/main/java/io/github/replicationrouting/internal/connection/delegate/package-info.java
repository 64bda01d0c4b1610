/** JDBC objects that forward to others, shared by both connection layers. */
@NullMarked
package io.github.replicationrouting.internal.connection.delegate;

import org.jspecify.annotations.NullMarked;
