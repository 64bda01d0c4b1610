/** The lazy routed connection above the pools and the statement elision below them. */
@NullMarked
package io.github.replicationrouting.connection;

import org.jspecify.annotations.NullMarked;
