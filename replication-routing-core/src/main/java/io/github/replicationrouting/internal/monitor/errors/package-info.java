/** What errors of the application's own connections and statements say of a node. */
@NullMarked
package io.github.replicationrouting.internal.monitor.errors;

import org.jspecify.annotations.NullMarked;
