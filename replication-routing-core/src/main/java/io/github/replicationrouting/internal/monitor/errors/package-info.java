/** What errors of the application's own connections and statements show of a node. */
@NullMarked
package io.github.replicationrouting.internal.monitor.errors;

import org.jspecify.annotations.NullMarked;
