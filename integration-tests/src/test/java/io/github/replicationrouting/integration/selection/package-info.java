/** The selection of the node of a read, and the membership of nodes. */
@NullMarked
package io.github.replicationrouting.integration.selection;

import org.jspecify.annotations.NullMarked;
