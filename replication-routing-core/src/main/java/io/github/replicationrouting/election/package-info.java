/** Which node is the primary: pure functions of what one instance has seen of the nodes. */
@NullMarked
package io.github.replicationrouting.election;

import org.jspecify.annotations.NullMarked;
