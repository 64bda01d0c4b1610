/** The built-in strategies that choose one of several eligible nodes. */
@NullMarked
package io.github.replicationrouting.internal.selection;

import org.jspecify.annotations.NullMarked;
